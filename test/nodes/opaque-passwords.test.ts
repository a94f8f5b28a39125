import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { hashSync } from "../../simulator/vendor/bcryptjs";
import { withBench } from "./fixture";
import { ALL_ACTIVE, cidaasUser, event, type LegacyRecord, legacyRecord, toCidaas, toLegacy } from "./flow";

const RULES = [
  ALL_ACTIVE,
  { id: "email", cidaas: "email", legacy: "email" },
  { id: "first", cidaas: "given_name", legacy: "first_name" },
  {
    id: "password",
    cidaas: "password_hash_info",
    legacy: "password_hash",
    transform: "hash",
    timePath: "password_changed_at",
  },
];
const OWN_CLIENT = "simulator-client";
const HOUR = 3_600_000;

describe("Passwords that users change in cidaas", () => {
  const bench = withBench();

  beforeEach(async () => {
    await bench.load([...toLegacy(), ...toCidaas()], {
      sync: { rules: RULES, legacyKeyInCidaas: "", clockTolerance: 0 },
    });
    await bench.listening();
  });

  const tenant = () => bench.simulator.tenant;

  /** A user of both sides, with the password "first" an hour old. */
  async function brought(): Promise<{ record: LegacyRecord; sub: string }> {
    const record = legacyRecord(password("first", Date.now() - HOUR));
    bench.send("to-cidaas", { payload: record });
    await bench.settled("to-cidaas", 1);
    const sub = tenant().login(record.email, "first");
    if (sub === null) throw new Error("The hash did not arrive");
    return { record, sub };
  }

  function password(text: string, changedAt: number): JsonObject {
    const time = new Date(changedAt).toISOString();
    return { password_hash: hashSync(text, 4), password_changed_at: time, updated_at: time };
  }

  /** The user sets a password in cidaas. Resolves with the time of it. */
  async function changed(sub: string): Promise<number> {
    await nextMillisecond();
    tenant().changePassword(sub, "second");
    const time = updatedTime(sub);
    await bench.post(event(sub, "PASSWORD_CHANGED", time));
    await bench.settled("to-legacy", 1);
    return time;
  }

  const updatedTime = (sub: string) =>
    Date.parse(
      String(
        tenant()
          .snapshot()
          .find((user) => user.sub === sub)?.updatedTime,
      ),
    );

  /** What happens from now on has another time than what happened until now. */
  async function nextMillisecond(): Promise<void> {
    const now = Date.now();
    await bench.until(() => Date.now() > now, "the next millisecond");
  }

  it("are told to the flow, without a value", async () => {
    const { sub } = await brought();
    await changed(sub);
    for (const probe of ["read", "mapped", "delivered"])
      should((await bench.first(probe)).sync).match({ opaque: ["password"] });
    await bench.post(event(sub, "ACCOUNT_MODIFIED", updatedTime(sub)));
    await bench.arrived("read", 2);
    should(bench.messages("read")[1]?.sync).not.have.property("opaque");
  });

  it("win over a hash that the legacy system had before, and the hash is a recorded conflict", async () => {
    const { record, sub } = await brought();
    const time = await changed(sub);
    bench.send("to-cidaas", { payload: { ...record, ...password("late news", time - 1) } });
    await bench.settled("to-cidaas", 2);
    should(tenant().login(sub, "second")).equal(sub);
    should(tenant().login(sub, "late news")).be.null();
    const { items } = (await bench.admin("conflicts")).body;
    should(items).match([{ sub, rule: "password", winner: "cidaas", ambiguous: false }]);
  });

  it("lose to a hash that the legacy system was given later", async () => {
    const { record, sub } = await brought();
    const time = await changed(sub);
    bench.send("to-cidaas", { payload: { ...record, ...password("third", time + 1) } });
    await bench.settled("to-cidaas", 2);
    should(tenant().login(sub, "third")).equal(sub);
    should((await bench.admin("conflicts")).body.items).eql([]);
  });

  it("win as soon as their event is known, though it still waits for its turn", async () => {
    const { record, sub } = await brought();
    await bench.admin("pause", { lane: "to-legacy", reason: "test" });
    await nextMillisecond();
    tenant().changePassword(sub, "second");
    const time = updatedTime(sub);
    await bench.post(event(sub, "PASSWORD_CHANGED", time));
    bench.send("to-cidaas", { payload: { ...record, ...password("late news", time - 1) } });
    await bench.settled("to-cidaas", 2);
    should(tenant().login(sub, "second")).equal(sub);
    await bench.admin("resume", { lane: "to-legacy" });
    await bench.settled("to-legacy", 1);
    should((await bench.first("read")).sync).match({ opaque: ["password"] });
  });

  it("are not what the sync itself brought, by the client or by the time of the event", async () => {
    const { record, sub } = await brought();
    bench.send("to-cidaas", { payload: { ...record, ...password("third", Date.now()) } });
    await bench.settled("to-cidaas", 2);
    await bench.post({ ...event(sub, "PASSWORD_CHANGED", updatedTime(sub)), client_id: "" });
    await bench.settled("to-legacy", 1);
    await nextMillisecond();
    tenant().edit(sub, { nickname: "no rule has it" });
    await bench.post({ ...event(sub, "PASSWORD_CHANGED", updatedTime(sub)), client_id: OWN_CLIENT });
    await bench.settled("to-legacy", 2);
    should(bench.messages("read")).have.length(2);
    for (const { sync } of bench.messages("read")) should(sync).not.have.property("opaque");
    bench.send("to-cidaas", { payload: { ...record, ...password("fourth", Date.now() - 1) } });
    await bench.settled("to-cidaas", 3);
    should(tenant().login(sub, "fourth")).equal(sub);
  });

  it("are a recorded conflict where a hash from the legacy system has replaced them before anybody knew", async () => {
    const { record, sub } = await brought();
    await nextMillisecond();
    tenant().changePassword(sub, "second");
    const time = updatedTime(sub);
    bench.send("to-cidaas", { payload: { ...record, ...password("third", time + 1) } });
    await bench.settled("to-cidaas", 2);
    await bench.post(event(sub, "PASSWORD_CHANGED", time));
    await bench.settled("to-legacy", 1);
    should((await bench.first("read")).sync).not.have.property("opaque");
    const { items } = (await bench.admin("conflicts")).body;
    should(items).match([{ sub, rule: "password", winner: "legacy", cidaasTime: time, legacyTime: time + 1 }]);
  });

  it("hold for a user born in cidaas, who has no hash yet", async () => {
    const user = cidaasUser();
    const sub = tenant().register({ ...user, password: "first" });
    await bench.post(event(sub, "ACCOUNT_CREATED_WITH_CIDAAS_IDENTITY", updatedTime(sub)));
    await bench.settled("to-legacy", 1);
    const { legacyId } = Object((await bench.first("delivered")).payload);
    tenant().changePassword(sub, "second");
    const time = updatedTime(sub);
    await bench.post(event(sub, "PASSWORD_RESET", time));
    await bench.settled("to-legacy", 2);
    const record = { ...legacyRecord(), id: Number(legacyId), email: user.email ?? "" };
    bench.send("to-cidaas", { payload: { ...record, ...password("older", time - 1) } });
    await bench.settled("to-cidaas", 1);
    should(tenant().login(sub, "second")).equal(sub);
    bench.send("to-cidaas", { payload: { ...record, ...password("newer", time + 1) } });
    await bench.settled("to-cidaas", 2);
    should(tenant().login(sub, "newer")).equal(sub);
  });
});

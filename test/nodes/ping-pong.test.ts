import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { withBench } from "./fixture";
import { ALL_ACTIVE, event, toCidaas, toLegacy } from "./flow";

const EMAIL = "fought@example.org";
const RULES = [
  ALL_ACTIVE,
  { id: "email", cidaas: "email", legacy: "email" },
  { id: "city", cidaas: "address.locality", legacy: "city" },
  { id: "first", cidaas: "given_name", legacy: "first_name" },
];

describe("Two sides that write one field over each other", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const legacy = () => bench.simulator.legacy;

  /** A user of both sides whose city the sides write over each other, until the sync has made seven writes. */
  async function fought() {
    await bench.load([...toLegacy(), ...toCidaas()], { sync: { rules: RULES, clockTolerance: 0 } });
    await bench.listening();
    const id = legacy().create({ email: EMAIL, first_name: "Ada", city: "Köln" });
    const arrivals = { "to-legacy": 0, "to-cidaas": 0 };
    const record = () =>
      legacy()
        .snapshot()
        .find((user) => String(user.id) === id) ?? {};
    const user = () =>
      tenant()
        .snapshot()
        .find((one) => one.email === EMAIL) ?? {};
    const later = async () => {
      const now = Date.now();
      await bench.until(() => Date.now() > now, "the next millisecond");
    };
    const inLegacy = async (patch: JsonObject) => {
      await later();
      legacy().edit(id, patch);
      bench.send("to-cidaas", { payload: record() });
      await bench.settled("to-cidaas", ++arrivals["to-cidaas"]);
    };
    const inCidaas = async (patch: JsonObject, marks = 1) => {
      await later();
      const { sub } = user();
      tenant().edit(String(sub), patch);
      await bench.post(event(String(sub), "ACCOUNT_MODIFIED", Date.parse(String(user().updatedTime))));
      arrivals["to-legacy"] += marks;
      await bench.settled("to-legacy", arrivals["to-legacy"]);
    };
    await inLegacy({});
    for (let round = 0; round < 3; round++) {
      await inCidaas({ address: { locality: "Cologne" } });
      await inLegacy({ city: "Köln" });
    }
    return { inCidaas, record, arrivals };
  }

  it("are stopped in that field alone, which a person sees and retries", async () => {
    const { inCidaas, record, arrivals } = await fought();
    await inCidaas({ address: { locality: "Cologne" }, given_name: "Grace" }, 2);
    should(record()).match({ city: "Köln", first_name: "Grace" });
    const { body } = await bench.admin("parked?lane=to-legacy");
    should(body.items).match([{ code: "PING_PONG", message: /\bcity\b/, record: {} }]);
    await bench.admin("parked/retry", { lane: "to-legacy", code: "PING_PONG" });
    await bench.settled("to-legacy", arrivals["to-legacy"] + 1);
    should(record()).match({ city: "Cologne" });
    should((await bench.status()).lanes["to-legacy"].parkedNow).equal(0);
  });
});

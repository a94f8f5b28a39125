import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { at } from "../support/answers";
import { APART_MS, type Pair, TOLERANCE_S, withScene } from "../support/scene";

const MINUTE_MS = 60_000;

describe("Edits of both sides that meet, in a real Node-RED", function () {
  const scene = withScene(this);

  const editLegacy = ({ legacyId }: Pair, city: string) => scene().legacy.edit(legacyId, { city });
  const editCidaas = ({ sub }: Pair, locality: string) => scene().tenant.edit(sub, { address: { locality } });

  /** Fails unless a conflict about the city of a person is recorded with this winner, and doubt or none. */
  async function wasRecorded(pair: Pair, winner: "cidaas" | "legacy", ambiguous: boolean): Promise<void> {
    const recorded = (await scene().conflicts(pair)).filter(({ rule }) => rule === "city");
    should(recorded).matchAny({ winner, ambiguous });
  }

  it("an edit in the legacy system between our read and our write loses by its time, and is recorded", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    scene().legacy.setDials({ latencyMs: 300 });

    editCidaas(pair, "Bonn");
    await scene().nextCall("legacy", "PATCH /users/:id");
    editLegacy(pair, "Kiel");
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    await wasRecorded(pair, "cidaas", true);
    should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
  });

  for (const [field, edit] of [
    ["the same", { address: { locality: "Kiel" } }],
    ["another", { given_name: "Anna" }],
  ] as const) {
    it(`an edit of ${field} field in cidaas that our write covers leaves the sides equal, and is recorded`, async () => {
      const pair = await scene().pair();
      const moment = scene().moment;
      scene().tenant.setDials({ latencyMs: 300, faultPaths: ["/users-srv/user/bulk"] });

      editLegacy(pair, "Bonn");
      await scene().nextCall("tenant", "POST /users-srv/user/bulk");
      scene().tenant.edit(pair.sub, edit);
      await scene().quiet();

      should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
      should(scene().inCidaas(pair.sub)).containEql({ given_name: "Lea" });
      should(scene().differences(pair)).eql([]);
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
      // The event of the edit names no field: it may have been any that the call carried.
      const recorded = await scene().conflicts(pair);
      for (const rule of ["city", "given_name"]) should(recorded).matchAny({ rule, winner: "legacy", ambiguous: true });
    });
  }

  it("a write that covers nobody's edit is no conflict, though its echo comes before its answer or late", async () => {
    const pair = await scene().pair();
    // No event says whose it is.
    scene().tenant.setDials({ clientIdOnEvents: false, answerDelayMs: 300, faultPaths: ["/users-srv/user/bulk"] });
    editLegacy(pair, "Bonn");
    await scene().quiet();
    scene().tenant.setDials({ answerDelayMs: 0, eventDelayMs: 500 });
    editLegacy(pair, "Kiel");
    await scene().quiet();
    should(await scene().conflicts(pair)).eql([]);
    // An edit that was seen before the write is none that it covers, though its event comes after it.
    scene().tenant.setDials({ eventDelayMs: APART_MS + 500 });
    editCidaas(pair, "Ulm");
    await scene().pass(APART_MS);
    editLegacy(pair, "Jena");
    await scene().quiet();

    should(scene().cities(pair)).eql(["Jena", "Jena"]);
    should((await scene().conflicts(pair)).map(({ rule, winner, ambiguous }) => ({ rule, winner, ambiguous }))).eql([
      { rule: "city", winner: "legacy", ambiguous: false },
    ]);
  });

  it("edits of one field within milliseconds end at one value, and the other one is recorded", async () => {
    const pairs = [await scene().pair(), await scene().pair()];
    const moment = scene().moment;
    const [first, second] = pairs as [Pair, Pair];

    editLegacy(first, "Bonn");
    editCidaas(first, "Kiel");
    editCidaas(second, "Kiel");
    editLegacy(second, "Bonn");
    await scene().quiet();

    should(scene().differences(...pairs)).eql([]);
    for (const pair of pairs) {
      should(scene().cities(pair)).eql(["Kiel", "Kiel"]);
      await wasRecorded(pair, "cidaas", true);
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
    }
  });

  it("edits of different fields at once both stay", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;

    editLegacy(pair, "Bonn");
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(scene().inLegacy(pair.legacyId).first_name).equal("Anna");
    should(scene().differences(pair)).eql([]);
    should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
  });

  it("the later edit wins while both wait, and the earlier one is recorded", async () => {
    const [legacyLast, cidaasLast] = [await scene().pair(), await scene().pair()];
    await scene().hold(async () => {
      editCidaas(legacyLast, "Bonn");
      editLegacy(cidaasLast, "Bonn");
      await scene().pass(APART_MS);
      editLegacy(legacyLast, "Kiel");
      editCidaas(cidaasLast, "Kiel");
    });
    await scene().quiet();

    should([...scene().cities(legacyLast), ...scene().cities(cidaasLast)]).eql(["Kiel", "Kiel", "Kiel", "Kiel"]);
    await wasRecorded(legacyLast, "legacy", false);
    await wasRecorded(cidaasLast, "cidaas", false);
  });

  it("clocks apart by less than the tolerance make a tie, which cidaas wins", async () => {
    const pair = await scene().pair();
    scene().legacy.setDials({ clockOffsetMs: (TOLERANCE_S * 1000) / 2 });

    await scene().hold(() => {
      editCidaas(pair, "Bonn");
      editLegacy(pair, "Kiel");
    });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    await wasRecorded(pair, "cidaas", true);
  });

  for (const system of ["legacy", "cidaas"] as const) {
    it(`a clock of ${system} far ahead names the wrong winner, but loses no edit without a record`, async () => {
      const pair = await scene().pair();
      scene()[system === "legacy" ? "legacy" : "tenant"].setDials({ clockOffsetMs: MINUTE_MS });

      await scene().hold(() => {
        editCidaas(pair, "Bonn");
        editLegacy(pair, "Kiel");
      });
      await scene().quiet();
      const winner = system === "legacy" ? "Kiel" : "Bonn";
      should(scene().cities(pair)).eql([winner, winner]);
      await wasRecorded(pair, system, false);
    });

    it(`edits one after the other reach the other side though the clock of ${system} is far ahead`, async () => {
      const pair = await scene().pair();
      const moment = scene().moment;
      scene()[system === "legacy" ? "legacy" : "tenant"].setDials({ clockOffsetMs: MINUTE_MS });

      const lost: string[] = [];
      for (const round of [1, 2]) {
        for (const [side, edit] of [["legacy", editLegacy] as const, ["cidaas", editCidaas] as const]) {
          edit(pair, `${side} ${round}`);
          await scene().quiet();
          const [here, there] = scene().cities(pair);
          should(here).equal(there);
          if (here !== `${side} ${round}`) lost.push(side);
        }
      }

      const recorded = (await scene().conflicts(pair)).filter(({ winner }) => winner === system);
      should(recorded.length).be.aboveOrEqual(lost.length);
      should(lost.filter((side) => side === system)).eql([]);
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(8);
    });
  }

  /** A person's edit in the legacy system whose event says neither when nor more than these members. */
  async function untimedEdit({ legacyId }: Pair, patch: JsonObject, members: readonly string[] | null): Promise<void> {
    scene().silently(() => scene().legacy.edit(legacyId, patch));
    const { updated_at, ...record } = scene().inLegacy(legacyId);
    const shown = members === null ? record : Object.fromEntries(members.map((name) => [name, record[name] ?? null]));
    await scene().legacyEvent(shown);
  }

  it("a legacy record without a time is brought to cidaas", async () => {
    const pair = await scene().pair();
    await untimedEdit(pair, { city: "Bonn" }, null);
    await scene().quiet();
    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    await untimedEdit(pair, { city: "Kiel" }, null);
    await scene().quiet();
    should(scene().cities(pair)).eql(["Kiel", "Kiel"]);
    should(scene().differences(pair)).eql([]);
  });

  it("a legacy record without a time never beats an edit of cidaas that has one", async () => {
    const pair = await scene().pair();
    await scene().hold(async () => {
      editCidaas(pair, "Bonn");
      await scene().pass(APART_MS);
      await untimedEdit(pair, { city: "Kiel" }, null);
    }, ["to-cidaas", "to-legacy"]);
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    await wasRecorded(pair, "cidaas", false);
  });

  it("a record of only some fields changes these and leaves the others alone", async () => {
    const pair = await scene().pair();
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();
    const moment = scene().moment;
    const before = scene().inCidaas(pair.sub);

    await untimedEdit(pair, { city: "Bonn" }, ["id", "email", "city"]);
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(scene().inCidaas(pair.sub)).containEql({ given_name: "Anna", family_name: before.family_name });
    should(scene().differences(pair)).eql([]);
    should(scene().writesSince(moment, pair)).eql(["cidaas updated address.locality"]);
  });

  it("an edit of another field between our read and our write stays, and so does ours", async () => {
    const pair = await scene().pair();
    // The event of the edit comes after our write is settled, and before the echo of that write.
    scene().legacy.setDials({ latencyMs: 300, eventDelayMs: 400 });

    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    await scene().nextCall("legacy", "PATCH /users/:id");
    scene().legacy.edit(pair.legacyId, { tier: "gold" });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(at(scene().inCidaas(pair.sub), "customFields.tier")).equal("gold");
    should(scene().differences(pair)).eql([]);
  });

  it("a legacy change without a time that lost to an edit of cidaas does not come back after that edit", async () => {
    const pair = await scene().pair();
    // The echo of our write would tell the newer value; what waits in the lane is taken before it comes.
    scene().legacy.setDials({ eventDelayMs: 1_500 });
    await scene().hold(async () => {
      scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
      await scene().pass(APART_MS);
      scene().silently(() => scene().legacy.edit(pair.legacyId, { city: "Kiel" }));
      const { updated_at, ...untimed } = scene().inLegacy(pair.legacyId);
      await scene().legacyEvent(untimed);
    });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
  });
});

import should from "should";
import type { HistoryEntry } from "../../simulator";
import { at } from "../support/answers";
import { APART_MS, withScene } from "../support/scene";

/** Longer than the lease of the flow. */
const FROZEN_MS = 5_500;

describe("A process that dies or stands still while a write is on its way", function () {
  const scene = withScene(this);

  /** Waits until the sync has written to a system; the answer to that write is still to come. */
  async function written(system: HistoryEntry["system"], kind: HistoryEntry["kind"], moment: number): Promise<void> {
    const { history } = scene().demo.simulator;
    const isWritten = () =>
      history.since(moment).some((one) => one.system === system && one.by === "sync" && one.kind === kind);
    await scene().until(isWritten, `a write to ${system}`);
  }

  it("writes once more at most when it is killed before cidaas or legacy have answered, and loses no edit", async () => {
    const [first, second, third] = [await scene().pair(), await scene().pair(), await scene().pair()];
    const moment = scene().moment;
    for (const system of [scene().tenant, scene().legacy]) system.setDials({ answerDelayMs: 2_000 });
    scene().legacy.edit(first.legacyId, { city: "Bonn" });
    scene().tenant.edit(second.sub, { address: { locality: "Kiel" } });
    await Promise.all([written("cidaas", "updated", moment), written("legacy", "updated", moment)]);
    await scene().demo.nodeRed.kill9();
    scene().calmDown();
    // Edits of people while nobody listens: of the field just written, and of others.
    await scene().pass(APART_MS);
    scene().tenant.edit(first.sub, { address: { locality: "Jena" } });
    scene().legacy.edit(second.legacyId, { first_name: "Anna" });
    scene().legacy.edit(third.legacyId, { city: "Trier" });
    await scene().demo.nodeRed.start();
    await scene().quiet();

    should(scene().cities(first)).eql(["Jena", "Jena"]);
    should(scene().cities(second)).eql(["Kiel", "Kiel"]);
    should(scene().cities(third)).eql(["Trier", "Trier"]);
    should(scene().differences(first, second, third)).eql([]);
    for (const pair of [first, second, third]) {
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
      should(await scene().parked(pair)).eql([]);
    }
  });

  it("makes nobody twice when it is killed before a create is answered", async () => {
    const [bornInCidaas, bornInLegacy] = [scene().email(), scene().email()];
    const moment = scene().moment;
    for (const system of [scene().tenant, scene().legacy]) system.setDials({ answerDelayMs: 2_000 });
    const sub = scene().registerCidaas(bornInCidaas);
    const legacyId = scene().createLegacy(bornInLegacy);
    await Promise.all([written("cidaas", "created", moment), written("legacy", "created", moment)]);
    await scene().demo.nodeRed.kill9();
    scene().calmDown();
    await scene().demo.nodeRed.start();
    await scene().quiet();

    const records = scene()
      .legacy.snapshot()
      .filter(({ email }) => email === bornInCidaas);
    should(records).have.length(1);
    should(
      scene()
        .tenant.snapshot()
        .filter(({ email }) => email === bornInLegacy),
    ).have.length(1);
    const born = { sub, legacyId: String(records[0]?.id) };
    should(at(scene().inCidaas(sub), "customFields.legacy_id")).equal(born.legacyId);
    should(scene().differences(born, { sub: scene().subOf(legacyId) ?? "", legacyId })).eql([]);
  });

  it("takes a write that reaches the system after the kill for its own", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    scene().legacy.setDials({ latencyMs: 1_000 });
    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    await scene().nextCall("legacy", "PATCH /users/:id");
    await scene().demo.nodeRed.kill9();
    await written("legacy", "updated", moment);
    scene().calmDown();
    await scene().demo.nodeRed.start();
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(scene().differences(pair)).eql([]);
    should(await scene().conflicts(pair)).eql([]);
    should(scene().writesSince(moment, pair).length).be.belowOrEqual(2);
  });

  it("takes nothing back that was edited while it stood still for longer than its lease", async () => {
    const [toLegacy, toCidaas] = [await scene().pair(), await scene().pair()];
    const moment = scene().moment;
    for (const system of [scene().tenant, scene().legacy]) system.setDials({ answerDelayMs: 300 });
    scene().tenant.edit(toLegacy.sub, { address: { locality: "Bonn" } });
    scene().legacy.edit(toCidaas.legacyId, { city: "Bonn" });
    await Promise.all([written("cidaas", "updated", moment), written("legacy", "updated", moment)]);
    scene().demo.nodeRed.freeze();
    await scene().pass(FROZEN_MS / 2);
    scene().legacy.edit(toLegacy.legacyId, { city: "Kiel" });
    scene().tenant.edit(toCidaas.sub, { address: { locality: "Kiel" } });
    await scene().pass(FROZEN_MS / 2);
    scene().demo.nodeRed.thaw();
    await scene().quiet();

    should([...scene().cities(toLegacy), ...scene().cities(toCidaas)]).eql(["Kiel", "Kiel", "Kiel", "Kiel"]);
    should(scene().differences(toLegacy, toCidaas)).eql([]);
    for (const pair of [toLegacy, toCidaas]) {
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(4);
      should(await scene().parked(pair)).eql([]);
    }
  });
});

import should from "should";
import { at } from "../support/answers";
import { withScene } from "../support/scene";

const READ = "GET /user-srv/users/:sub";

describe("Events that lie about the order of things, in a real Node-RED", function () {
  const scene = withScene(this);

  it("a late echo of an older write of ours changes nothing and is no conflict", async () => {
    const pair = await scene().pair();
    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    await scene().quiet();
    const echo = scene().inLegacy(pair.legacyId);
    await scene().pass(5);
    scene().legacy.edit(pair.legacyId, { city: "Kiel" });
    await scene().quiet();
    const moment = scene().moment;
    const conflicts = await scene().conflicts(pair);

    await scene().legacyEvent(echo, { occurredAt: String(echo.updated_at) });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Kiel", "Kiel"]);
    should(scene().writesSince(moment, pair)).eql([]);
    should(await scene().conflicts(pair)).eql(conflicts);
  });

  it("a legacy event repeated after newer edits of both sides brings nothing back", async () => {
    const pair = await scene().pair();
    scene().legacy.edit(pair.legacyId, { city: "Bonn", tier: "gold" });
    await scene().quiet();
    const old = scene().inLegacy(pair.legacyId);
    await scene().pass(5);
    scene().tenant.edit(pair.sub, { address: { locality: "Kiel" } });
    scene().legacy.edit(pair.legacyId, { tier: "silver" });
    await scene().quiet();
    const moment = scene().moment;

    for (let copy = 0; copy < 3; copy++) await scene().legacyEvent(old, { occurredAt: String(old.updated_at) });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Kiel", "Kiel"]);
    should(scene().inLegacy(pair.legacyId).tier).equal("silver");
    should(scene().differences(pair)).eql([]);
    should(scene().writesSince(moment, pair).length).be.belowOrEqual(2);
  });

  it("a webhook repeated after newer edits reads what is there now and writes nothing", async () => {
    const pair = await scene().pair();
    const time = Date.now();
    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    await scene().quiet();
    scene().legacy.edit(pair.legacyId, { city: "Kiel" });
    await scene().quiet();
    const moment = scene().moment;

    for (let copy = 0; copy < 3; copy++) await scene().webhook(pair.sub, time);
    await scene().quiet();

    should(scene().cities(pair)).eql(["Kiel", "Kiel"]);
    should(scene().writesSince(moment, pair)).eql([]);
  });

  it("duplicate and reordered events from both sides lose no edit without a record", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    for (const system of [scene().tenant, scene().legacy])
      system.setDials({ reorderEvents: true, rateDuplicateEvent: 1 });

    const edits = 6;
    for (let edit = 1; edit <= edits; edit++) {
      scene().legacy.edit(pair.legacyId, { city: `Bonn ${edit}` });
      scene().tenant.edit(pair.sub, { given_name: `Anna ${edit}` });
      await scene().pass(20);
    }
    await scene().quiet();

    should(scene().differences(pair)).eql([]);
    const conflicts = await scene().conflicts(pair);
    // Events of cidaas do not say which field was edited, so that a conflict may be suspected, but none is certain.
    should(conflicts.filter(({ ambiguous }) => ambiguous !== true)).eql([]);
    const suspected = conflicts.map(({ rule }) => rule);
    const { city, first_name } = scene().inLegacy(pair.legacyId);
    if (!suspected.includes("city")) should(city).equal(`Bonn ${edits}`);
    if (!suspected.includes("given_name")) should(first_name).equal(`Anna ${edits}`);
    should(scene().writesSince(moment, pair).length).be.belowOrEqual(2 * edits);
  });

  it("a value changed and changed back while the change waits is written to nobody", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;

    await scene().hold(async () => {
      scene().legacy.edit(pair.legacyId, { city: "Bonn" });
      scene().tenant.edit(pair.sub, { given_name: "Anna" });
      await scene().pass(30);
      scene().legacy.edit(pair.legacyId, { city: "Ulm" });
      scene().tenant.edit(pair.sub, { given_name: "Lea" });
    });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Ulm", "Ulm"]);
    should(scene().differences(pair)).eql([]);
    should(scene().writesSince(moment, pair)).eql([]);
    should(await scene().conflicts(pair)).eql([]);
  });

  it("a read that lags behind its event is read again until it shows the edit", async () => {
    const pair = await scene().pair();
    const reads = scene().calls("tenant", READ);
    scene().tenant.setDials({ readLagMs: 700 });

    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();

    should(scene().calls("tenant", READ)).be.above(reads + 1);
    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(scene().differences(pair)).eql([]);
  });

  it("an echo that arrives before the answer of its write is no edit of anybody", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    for (const system of [scene().tenant, scene().legacy]) system.setDials({ answerDelayMs: 250 });

    scene().legacy.edit(pair.legacyId, { city: "Bonn" });
    await scene().quiet();
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();

    should(scene().differences(pair)).eql([]);
    should(scene().writesSince(moment, pair)).eql(["cidaas updated address.locality", "legacy updated first_name"]);
    should(await scene().conflicts(pair)).eql([]);
  });

  it("the echo of a create that arrives before its answer makes nobody a second time", async () => {
    for (const system of [scene().tenant, scene().legacy]) system.setDials({ answerDelayMs: 250 });
    const [bornInCidaas, bornInLegacy] = [scene().email(), scene().email()];

    const sub = scene().registerCidaas(bornInCidaas);
    const legacyId = scene().createLegacy(bornInLegacy);
    await scene().quiet();

    const records = scene()
      .legacy.snapshot()
      .filter(({ email }) => email === bornInCidaas);
    should(records).have.length(1);
    should(at(scene().inCidaas(sub), "customFields.legacy_id")).equal(String(records[0]?.id));
    should(
      scene()
        .tenant.snapshot()
        .filter(({ email }) => email === bornInLegacy),
    ).have.length(1);
    const pairs = [
      { sub, legacyId: String(records[0]?.id) },
      { sub: scene().subOf(legacyId) ?? "", legacyId },
    ];
    should(scene().differences(...pairs)).eql([]);
  });
});

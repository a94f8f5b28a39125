import should from "should";
import type { HistoryEntry } from "../../simulator";
import { at } from "../support/answers";
import { APART_MS, sceneFlow, sceneRules, withScene } from "../support/scene";

describe("Rules that do not hold still, in a real Node-RED", function () {
  const scene = withScene(this);

  const firstNames = (pair: { sub: string; legacyId: string }) => [
    scene().inCidaas(pair.sub).given_name,
    scene().inLegacy(pair.legacyId).first_name,
  ];

  it("two systems that each rewrite a value into their own form are stopped, and all else of the person goes on", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    const rewrite = ({ by, system, fields }: HistoryEntry) => {
      if (by !== "sync") return;
      if (system === "legacy" && fields.city === "Köln") {
        setTimeout(() => scene().legacy.edit(pair.legacyId, { city: "KOELN" }), 5);
      }
      if (system === "cidaas" && fields["address.locality"] === "KOELN") {
        setTimeout(() => scene().tenant.edit(pair.sub, { address: { locality: "Köln" } }), 5);
      }
    };
    const stop = scene().demo.simulator.history.onAppend(rewrite);
    scene().tenant.edit(pair.sub, { address: { locality: "Köln" } });
    const isStopped = async () => (await scene().parked(pair)).some((one) => one.includes("PING_PONG"));
    await scene().until(isStopped, "the fight to be stopped");
    await scene().quiet();

    const fought = scene().writesSince(moment, pair);
    should(fought.length).be.within(3, 10);
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();
    should(firstNames(pair)).eql(["Anna", "Anna"]);
    scene().legacy.edit(pair.legacyId, { first_name: "Berta" });
    await scene().quiet();
    should(firstNames(pair)).eql(["Berta", "Berta"]);
    should(scene().writesSince(moment, pair).length).equal(fought.length + 2);
    stop();
  });

  it("a legacy system that alone rewrites a value into its own form has its way after one round", async () => {
    const pair = await scene().pair();
    const moment = scene().moment;
    const stop = scene().demo.simulator.history.onAppend(({ by, system, id, fields }) => {
      if (by !== "sync" || system !== "legacy" || id !== pair.legacyId || typeof fields.city !== "string") return;
      const city = fields.city.toUpperCase();
      setTimeout(() => scene().legacy.edit(pair.legacyId, { city }), 5);
    });
    scene().tenant.edit(pair.sub, { address: { locality: "Bonn" } });
    await scene().quiet();
    stop();

    should(scene().cities(pair)).eql(["BONN", "BONN"]);
    should(scene().writesSince(moment, pair)).have.length(2);
    should(await scene().parked(pair)).eql([]);
  });

  it("a rule that is deployed anew with another transform takes no edit back and does not loop", async () => {
    const [untouched, edited, waiting] = [await scene().pair(), await scene().pair(), await scene().pair()];
    const changed = sceneFlow({ "user-sync": { rules: sceneRules({ city: { transform: "upper" } }) } });
    scene().tenant.edit(edited.sub, { address: { locality: "Bonn" } });
    await scene().quiet();
    const moment = scene().moment;
    await scene().hold(async () => {
      scene().legacy.edit(waiting.legacyId, { city: "Kiel" });
      await scene().pass(20);
    });
    await scene().demo.nodeRed.deployFlows(changed, "full");
    await scene().quiet();
    await scene().pass(APART_MS);
    scene().tenant.edit(untouched.sub, { given_name: "Anna" });
    scene().legacy.edit(edited.legacyId, { city: "Jena" });
    await scene().quiet();

    const upper = (pair: typeof edited) =>
      scene()
        .cities(pair)
        .map((city) => String(city).toUpperCase());
    should(upper(untouched)).eql(["ULM", "ULM"]);
    should(upper(edited)).eql(["JENA", "JENA"]);
    should(upper(waiting)).eql(["KIEL", "KIEL"]);
    should(firstNames(untouched)).eql(["Anna", "Anna"]);
    for (const pair of [untouched, edited, waiting]) {
      should(scene().writesSince(moment, pair).length).be.belowOrEqual(3);
      should(await scene().parked(pair)).eql([]);
    }
    should(at(scene().inCidaas(edited.sub), "address.locality")).equal("JENA");

    await scene().demo.nodeRed.deployFlows(sceneFlow(), "full");
    await scene().pass(APART_MS);
    scene().legacy.edit(edited.legacyId, { city: "Trier" });
    await scene().quiet();
    should(scene().cities(edited)).eql(["Trier", "Trier"]);
  });

  it("an edit soon after a write of ours wins over that write, though the rule was deployed anew between", async () => {
    const pair = await scene().pair();
    scene().legacy.edit(pair.legacyId, { city: "Jena" });
    await scene().quiet();
    const rules = sceneRules({ city: { transform: "trim" } });
    await scene().demo.nodeRed.deployFlows(sceneFlow({ "user-sync": { rules } }), "full");
    // Within the tolerance of the clocks, but nobody has edited the user in cidaas.
    scene().legacy.edit(pair.legacyId, { city: "Trier" });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Trier", "Trier"]);
  });
});

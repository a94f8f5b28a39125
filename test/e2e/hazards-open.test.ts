import should from "should";
import { withScene } from "../support/scene";

/** Scenarios that the product does not survive yet: each fails until its fault is mended, then it moves to its kin. */
describe("Hazards not survived yet, in a real Node-RED", function () {
  const scene = withScene(this);

  it("an edit in cidaas that our write covers is recorded", async () => {
    const pair = await scene().pair();
    scene().tenant.setDials({ latencyMs: 300, faultPaths: ["/users-srv/user/bulk"] });

    scene().legacy.edit(pair.legacyId, { city: "Bonn" });
    await scene().nextCall("tenant", "POST /users-srv/user/bulk");
    scene().tenant.edit(pair.sub, { address: { locality: "Kiel" } });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(await scene().conflicts(pair)).match([{ rule: "city", winner: "legacy", ambiguous: true }]);
  });

  it("an edit of another field in cidaas that our write covers is recorded", async () => {
    const pair = await scene().pair();
    scene().tenant.setDials({ latencyMs: 300, faultPaths: ["/users-srv/user/bulk"] });

    scene().legacy.edit(pair.legacyId, { city: "Bonn" });
    await scene().nextCall("tenant", "POST /users-srv/user/bulk");
    scene().tenant.edit(pair.sub, { given_name: "Anna" });
    await scene().quiet();

    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(scene().differences(pair)).eql([]);
    const recorded = (await scene().conflicts(pair)).map(({ rule }) => rule);
    if (scene().inCidaas(pair.sub).given_name !== "Anna") should(recorded).containEql("given_name");
  });
});

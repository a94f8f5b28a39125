import should from "should";
import { APART_MS, withScene } from "../support/scene";

describe("Users who go and come, in a real Node-RED", function () {
  const scene = withScene(this);

  it("a user deleted in cidaas goes in the legacy system too, and older events do not bring it back", async () => {
    const pair = await scene().pair();
    const record = scene().inLegacy(pair.legacyId);
    const time = Date.now();
    await scene().pass(5);
    scene().tenant.remove(pair.sub);
    await scene().quiet();
    should(scene().inLegacy(pair.legacyId)).eql({});
    const moment = scene().moment;

    await scene().legacyEvent(record, { occurredAt: String(record.updated_at) });
    await scene().webhook(pair.sub, time);
    await scene().quiet();

    should(scene().inLegacy(pair.legacyId)).eql({});
    should(scene().inCidaas(pair.sub)).eql({});
    should(scene().writesSince(moment, pair)).eql([]);
  });

  it("a user deleted in the legacy system is declined in cidaas, and older events do not wake it", async () => {
    const pair = await scene().pair();
    const record = scene().inLegacy(pair.legacyId);
    await scene().pass(5);
    scene().legacy.remove(pair.legacyId);
    await scene().quiet();
    should(scene().inCidaas(pair.sub).userStatus).equal("DECLINED");
    const moment = scene().moment;

    await scene().legacyEvent(record, { occurredAt: String(record.updated_at) });
    await scene().quiet();

    should(scene().inCidaas(pair.sub).userStatus).equal("DECLINED");
    should(
      scene()
        .legacy.snapshot()
        .filter(({ email }) => email === record.email),
    ).eql([]);
    should(scene().writesSince(moment, pair)).eql([]);
  });

  it("a user deleted on both sides at once is gone on both", async () => {
    const pair = await scene().pair();
    scene().tenant.remove(pair.sub);
    scene().legacy.remove(pair.legacyId);
    await scene().quiet();
    should([scene().inCidaas(pair.sub), scene().inLegacy(pair.legacyId)]).eql([{}, {}]);
    should(await scene().parked(pair)).eql([]);
  });

  it("a user whom cidaas does not have any more, without an event that says so, is missed and not deleted", async () => {
    const pair = await scene().pair();
    scene().silently(() => scene().tenant.remove(pair.sub));
    await scene().webhook(pair.sub, Date.now());
    await scene().quiet();

    should(await scene().parked(pair)).eql(["to-legacy USER_MISSING"]);
    should(scene().inLegacy(pair.legacyId)).containEql({ first_name: "Lea", status: "active" });
  });

  it("a user who registers anew after a delete is somebody new on both sides", async () => {
    const pair = await scene().pair();
    const email = String(scene().inLegacy(pair.legacyId).email);
    scene().tenant.remove(pair.sub);
    await scene().quiet();
    const sub = scene().registerCidaas(email);
    await scene().quiet();

    const records = scene()
      .legacy.snapshot()
      .filter((user) => user.email === email);
    should(records).have.length(1);
    should(String(records[0]?.id)).not.equal(pair.legacyId);
    should(scene().differences({ sub, legacyId: String(records[0]?.id) })).eql([]);
  });

  it("a deleted user who comes again with the same id and e-mail is the same person", async () => {
    const pair = await scene().pair();
    const email = String(scene().inLegacy(pair.legacyId).email);
    scene().legacy.remove(pair.legacyId);
    await scene().quiet();
    await scene().pass(APART_MS);

    scene().legacy.create({ email, email_verified: 1, first_name: "Lea", city: "Bonn" }, pair.legacyId);
    await scene().quiet();

    should(
      scene()
        .tenant.snapshot()
        .filter((user) => user.email === email),
    ).have.length(1);
    should(
      scene()
        .legacy.snapshot()
        .filter((user) => user.email === email),
    ).have.length(1);
    should(scene().inCidaas(pair.sub)).containEql({ userStatus: "VERIFIED" });
    should(scene().cities(pair)).eql(["Bonn", "Bonn"]);
    should(await scene().parked(pair)).eql([]);
  });

  it("somebody else under the legacy id of a deleted user is parked, and gets nothing of that user", async () => {
    const pair = await scene().pair();
    const email = String(scene().inLegacy(pair.legacyId).email);
    scene().legacy.remove(pair.legacyId);
    await scene().quiet();
    await scene().pass(APART_MS);
    const moment = scene().moment;

    scene().legacy.create({ email: scene().email(), email_verified: 1, first_name: "Stranger" }, pair.legacyId);
    await scene().quiet();

    should(scene().writesSince(moment, pair)).eql([]);
    should(scene().inCidaas(pair.sub)).containEql({ userStatus: "DECLINED", email, given_name: "Lea" });
    should(await scene().parked(pair)).eql(["to-cidaas LEGACY_ID_REUSED"]);
  });
});

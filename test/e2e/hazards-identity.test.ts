import should from "should";
import { at } from "../support/answers";
import { withScene } from "../support/scene";

const PASSWORD = "Password-of-the-stranger-4d1c";
const OTHER_PASSWORD = "Password-of-the-attacker-9a2f";

describe("Who is who on both sides, in a real Node-RED", function () {
  const scene = withScene(this);

  /** What the sync gave an account of cidaas: nothing, if it never wrote to it. */
  const given = (sub: string, moment: number) => scene().writesSince(moment, { sub });

  for (const attackerIsFirst of [true, false]) {
    const when = attackerIsFirst ? "before" : "after";
    it(`somebody who registers a stranger's address ${when} the stranger gets nothing`, async () => {
      const email = scene().email();
      const moment = scene().moment;
      const attack = () =>
        scene().registerCidaas(email, { email_verified: false, given_name: "Eve", password: OTHER_PASSWORD });
      const birth = () => scene().createLegacy(email, { first_name: "Ada", tier: "gold", password: PASSWORD });
      let sub = "";
      let legacyId = "";
      await scene().hold(async () => {
        if (attackerIsFirst) sub = attack();
        legacyId = birth();
        await scene().pass(20);
        if (!attackerIsFirst) sub = attack();
      });
      await scene().quiet();

      should(given(sub, moment)).eql([]);
      should(at(scene().inCidaas(sub), "customFields")).not.have.property("legacy_id");
      should(scene().tenant.login(email, PASSWORD)).be.null();
      should(scene().inLegacy(legacyId)).match({ first_name: "Ada", tier: "gold" });
      should(scene().writesSince(moment, { legacyId })).eql([]);
      const codes = [...(await scene().parked({ sub })), ...(await scene().parked({ legacyId }))];
      should(new Set(codes)).eql(new Set(["to-cidaas LINK_REVIEW", "to-legacy LINK_REVIEW"]));

      // Nor later, by edits of either of them.
      scene().tenant.edit(sub, { given_name: "Mallory" });
      scene().legacy.edit(legacyId, { city: "Bonn" });
      await scene().quiet();
      should(given(sub, moment)).eql([]);
      should(scene().writesSince(moment, { legacyId })).eql([]);
    });
  }

  it("users born on both sides at once with one verified e-mail become one person", async () => {
    const email = scene().email();
    let legacyId = "";
    let sub = "";
    await scene().hold(() => {
      legacyId = scene().createLegacy(email);
      sub = scene().registerCidaas(email);
    });
    await scene().quiet();
    should(scene().subOf(legacyId)).equal(sub);
    should(scene().differences({ sub, legacyId })).eql([]);
    for (const side of [scene().tenant.snapshot(), scene().legacy.snapshot()]) {
      should(side.filter((user) => user.email === email)).have.length(1);
    }
  });

  it("an account that cidaas has merged into another one waits for a person, and nobody is deleted", async () => {
    const [pair, other] = [await scene().pair(), await scene().pair()];
    const moment = scene().moment;
    scene().tenant.edit(pair.sub, { userStatus: "COMBINED" });
    await scene().quiet();

    should(await scene().parked(pair)).eql(["to-legacy USER_COMBINED"]);
    should(scene().inLegacy(pair.legacyId)).containEql({ status: "active", first_name: "Lea" });
    for (const one of [pair, other]) should(scene().writesSince(moment, one)).eql([]);
  });

  it("e-mails that two people swap are never a reason to merge them", async () => {
    const [first, second] = [await scene().pair(), await scene().pair()];
    const [firstEmail, secondEmail] = [first, second].map(({ legacyId }) => String(scene().inLegacy(legacyId).email));
    await scene().hold(() => {
      scene().legacy.edit(first.legacyId, { email: scene().email() });
      scene().legacy.edit(second.legacyId, { email: firstEmail ?? "" });
      scene().legacy.edit(first.legacyId, { email: secondEmail ?? "" });
    });
    await scene().quiet();

    for (const { sub, legacyId } of [first, second]) {
      should(scene().subOf(legacyId)).equal(sub);
      should(at(scene().inCidaas(sub), "customFields.legacy_id")).equal(legacyId);
    }
    const isSwapped = scene().differences(first, second).length === 0;
    for (const pair of [first, second]) {
      const waits = await scene().parked(pair);
      should(waits).eql(isSwapped ? [] : ["to-cidaas EMAIL_TAKEN"]);
    }
  });

  it("a user without an e-mail is linked to nobody, and waits for one", async () => {
    const nameless = { email_verified: 0, first_name: "Noa", last_name: "Namenlos" };
    const legacyId = scene().legacy.create(nameless);
    const sub = scene().tenant.register({
      mobile_number: "+4915112345678",
      given_name: "Noa",
      family_name: "Namenlos",
    });
    const moment = scene().moment;
    await scene().quiet();
    should(scene().writesSince(moment, { sub, legacyId })).eql([]);
    should(await scene().parked({ sub })).eql(["to-legacy RECORD_INVALID"]);
    should(await scene().parked({ legacyId })).eql(["to-cidaas RECORD_INVALID"]);

    scene().legacy.edit(legacyId, { email: scene().email() });
    await scene().until(() => scene().subOf(legacyId), "the user to be in cidaas");
    await scene().quiet();
    should(scene().subOf(legacyId)).not.equal(sub);
  });

  it("somebody who takes a stranger's address for an own account gets nothing, and only holds the stranger up", async () => {
    const attacker = await scene().pair();
    const email = scene().email();
    const moment = scene().moment;
    let legacyId = "";
    await scene().hold(() => {
      legacyId = scene().createLegacy(email, { first_name: "Ada", password: PASSWORD });
      scene().tenant.edit(attacker.sub, { email, email_verified: false });
    });
    await scene().until(async () => (await scene().parked(attacker)).length > 0, "the address to be refused");

    should(scene().writesSince(moment, attacker)).eql([]);
    should(scene().writesSince(moment, { legacyId })).eql([]);
    should(at(scene().inCidaas(attacker.sub), "customFields.legacy_id")).equal(attacker.legacyId);
    should(scene().tenant.login(email, PASSWORD)).be.null();
    // The stranger waits for the address to be free again, for as long as the scene lasts: this has to be the last one.
    should(scene().subOf(legacyId)).be.null();
    should(await scene().parked({ legacyId })).eql([]);
  });
});

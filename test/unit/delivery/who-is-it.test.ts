import should from "should";
import { TwoSides } from "./two-sides";

const ADA = { email: "ada@example.org", given_name: "Ada", family_name: "Byron" };

describe("Who a user is on the other side", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.open();
  });

  afterEach(() => sides.close());

  describe("after a create in the legacy system of which no answer came", () => {
    beforeEach(async () => {
      sides.tenant.put("a", ADA);
      await sides.event("a", "ACCOUNT_CREATED");
      sides.legacy.next = { loseAnswer: true };
      should(await sides.toLegacy()).equal("RETRY");
    });

    it("is left to a person where the user found holds other values, and no change of it explains them", async () => {
      sides.legacy.put("1", { last: "Lovelace" });
      should(await sides.toLegacy()).equal("PARKED");
      should(await sides.parked()).eql(["CREATE_UNKNOWN"]);
    });

    it("is known where the changes that wait tell that the user once held what we were about to write", async () => {
      await sides.record("1");
      sides.pass(60_000);
      sides.legacy.put("1", { last: "Lovelace" });
      await sides.record("1");
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should(sides.tenant.users.get("a")).match({ family_name: "Lovelace", customFields: { legacy_id: "1" } });
      should(sides.legacy.users.size).equal(1);
    });

    it("is found by the e-mail that it was made with, where that was changed in cidaas since, and legacy has not told yet", async () => {
      sides.tenant.put("a", { email: "countess@example.org" });
      await sides.event("a", "EMAIL_CHANGED");
      await sides.quiet();
      await sides.record("1");
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should([...sides.legacy.users.values()]).match([{ email: "countess@example.org" }]);
      should(sides.tenant.users.size).equal(1);
    });

    it("is known by its deletion, which waits for the create, though somebody else has the address by then", async () => {
      await sides.record("1");
      sides.pass(60_000);
      sides.legacy.users.clear();
      await sides.record("1", "delete");
      sides.legacy.put("9", { email: ADA.email, first: "Augusta", last: "Leigh" });
      await sides.toCidaas();
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should(sides.tenant.users.size).equal(0);
    });

    it("is asked again where the user found belongs to somebody else, who may be about to be deleted", async () => {
      await sides.context.store.adopt([{ sub: "b", legacyId: "1", identifiers: [] }]);
      should(await sides.toLegacy()).equal("RETRY");
      sides.legacy.users.clear();
      should(await sides.toLegacy()).equal("CREATED");
      should(await sides.parked()).eql([]);
    });
  });

  describe("after a create in cidaas of which neither answer nor event came", () => {
    beforeEach(async () => {
      sides.legacy.put("1", { email: ADA.email, first: "Ada", last: "Byron" });
      await sides.record("1");
      sides.tenant.next = { loseAnswer: true };
      should(await sides.toCidaas()).equal("RETRY");
    });

    async function isGoneWithTheLegacyUser(): Promise<void> {
      sides.legacy.users.clear();
      await sides.record("1", "delete");
      await sides.quiet();
      should(sides.tenant.users.size).equal(0);
    }

    it("is deleted with the legacy user once it was found", async () => {
      should(await sides.toCidaas()).equal("UNCHANGED");
      await isGoneWithTheLegacyUser();
    });

    it("is deleted, too, where it was found, and an update of it has no answer either", async () => {
      sides.legacy.put("1", { last: "Lovelace" });
      await sides.record("1");
      sides.tenant.next = { loseAnswer: true };
      should(await sides.toCidaas()).equal("RETRY");
      should([...sides.tenant.users.values()]).match([{ family_name: "Lovelace" }]);
      await isGoneWithTheLegacyUser();
    });
  });

  describe("after a create of which no answer came, in a tenant that chooses the sub,", () => {
    beforeEach(async () => {
      sides.context.settings.subStrategy = "cidaas";
      sides.legacy.put("1", { email: ADA.email, first: "Ada", last: "Byron" });
      await sides.record("1");
      sides.tenant.next = { loseAnswer: true };
      should(await sides.toCidaas()).equal("RETRY");
    });

    it("is found by the e-mail that it was made with, where that was changed in legacy since", async () => {
      sides.legacy.put("1", { email: "countess@example.org" });
      await sides.record("1");
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should([...sides.tenant.users.values()]).match([{ email: "countess@example.org" }]);
    });

    it("is found and deleted, where it was deleted in legacy since", async () => {
      sides.legacy.users.clear();
      await sides.record("1", "delete");
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should(sides.tenant.users.size).equal(0);
    });
  });

  it("is made, after a create that never happened, though a relative has the same mobile number", async () => {
    sides.context.settings.subStrategy = "cidaas";
    const mobile = "+4930123456";
    sides.tenant.put("relative", { email: "annabella@example.org", given_name: "Annabella", mobile_number: mobile });
    sides.legacy.put("1", { email: ADA.email, first: "Ada", last: "Byron", mobile });
    await sides.record("1");
    sides.tenant.next = { loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    sides.tenant.users.delete("chosen-1");
    await sides.quiet();
    should(await sides.parked()).eql([]);
    should([...sides.tenant.users.values()]).match([
      { given_name: "Annabella" },
      { email: ADA.email, mobile_number: mobile },
    ]);
  });

  describe("whose legacy id in cidaas belongs to somebody else", () => {
    beforeEach(async () => {
      sides.legacy.put("1", { email: "augusta@example.org", first: "Augusta", last: "Leigh" });
      await sides.record("1");
      await sides.quiet();
      sides.pass(60_000);
      sides.tenant.put("a", { ...ADA, customFields: { legacy_id: "1" } });
      await sides.event("a", "ACCOUNT_CREATED");
      should(await sides.toLegacy()).equal("RETRY");
      should(await sides.parked()).eql([]);
    });

    it("is asked again, and found once that one is deleted", async () => {
      const [sub = ""] = [...sides.tenant.users.keys()];
      sides.tenant.users.delete(sub);
      await sides.event(sub, "ACCOUNT_DELETED");
      await sides.quiet();
      should(await sides.parked()).eql([]);
      should([...sides.legacy.users.values()]).match([{ email: ADA.email, first: "Ada" }]);
    });

    it("is left to a person in the end", async () => {
      await sides.quiet();
      should(await sides.parked()).eql(["LINK_TAKEN"]);
      should(sides.legacy.users.get("1")).match({ first: "Augusta" });
    });
  });

  describe("where a legacy id was given away again", () => {
    const heir = { first: "Augusta", last: "Leigh" };

    beforeEach(async () => {
      sides.legacy.put("7", { email: ADA.email, first: "Ada", last: "Byron" });
      await sides.record("7");
      await sides.quiet();
      sides.legacy.users.delete("7");
      await sides.record("7", "delete");
      await sides.quiet();
      should(sides.tenant.users.size).equal(0);
      sides.pass(60_000);
    });

    it("is left to a person for a user with other identifiers", async () => {
      sides.legacy.put("7", { email: "augusta@example.org", ...heir });
      await sides.record("7");
      should(await sides.toCidaas()).equal("PARKED");
      should(await sides.parked()).eql(["LEGACY_ID_REUSED"]);
      should(sides.tenant.users.size).equal(0);
    });

    it("is the deleted one, who has come again with the same identifier", async () => {
      sides.legacy.put("7", { email: ADA.email, ...heir });
      await sides.record("7");
      await sides.quiet();
      should([...sides.tenant.users.values()]).match([{ email: ADA.email, given_name: "Augusta" }]);
    });
  });

  it("is the one who is still there, and is brought as it is, where an event tells of a deletion that was none", async () => {
    sides.legacy.put("7", { email: ADA.email, first: "Ada", last: "Byron" });
    await sides.record("7");
    await sides.quiet();
    sides.pass(60_000);
    sides.legacy.put("7", { last: "Lovelace" });
    await sides.record("7", "delete");
    await sides.quiet();
    should([...sides.tenant.users.values()]).match([{ family_name: "Lovelace" }]);
  });

  it("is awaited a while where an update finds nobody, and then made again", async () => {
    sides.tenant.put("a", ADA);
    await sides.event("a", "ACCOUNT_CREATED");
    await sides.quiet();
    sides.legacy.users.clear();
    sides.tenant.put("a", { family_name: "Lovelace" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    const states: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) states.push(await sides.toLegacy());
    should(states).eql(["RETRY", "RETRY", "RETRY", "CREATED"]);
    should([...sides.legacy.users.values()]).match([{ first: "Ada", last: "Lovelace" }]);
  });
});

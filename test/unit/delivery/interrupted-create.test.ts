import should from "should";
import { conflict } from "./memories";
import { TwoSides } from "./two-sides";

const ADA = { email: "ada@example.org", given_name: "Ada", family_name: "Byron" };

describe("A legacy user who is deleted after an interrupted create in cidaas", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.open();
    sides.legacy.put("7", { email: ADA.email, first: "Ada", last: "Byron" });
    await sides.record("7");
    sides.tenant.next = { loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    sides.legacy.users.delete("7");
    await sides.record("7", "delete");
  });

  afterEach(() => sides.close());

  it("is deleted in cidaas too, where the create has taken effect", async () => {
    should(await sides.toCidaas()).equal("DELETED");
    should(sides.tenant.users.size).equal(0);
  });

  it("needs nothing more where it has not", async () => {
    sides.tenant.users.clear();
    should(await sides.toCidaas()).equal("UNCHANGED");
  });
});

describe("A create that meets a user with the same e-mail, who is gone by the time it is looked for", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.open();
    sides.tenant.put("a", ADA);
    await sides.event("a", "ACCOUNT_CREATED");
    const before = () => {
      throw conflict();
    };
    sides.legacy.next = { before };
    should(await sides.toLegacy()).equal("RETRY");
  });

  afterEach(() => sides.close());

  it("is tried again", async () => {
    should(await sides.toLegacy()).equal("CREATED");
  });

  it("leaves no doubt about whether a user was made", async () => {
    sides.tenant.users.delete("a");
    await sides.event("a", "ACCOUNT_DELETED");
    should(await sides.toLegacy()).equal("UNCHANGED");
  });
});

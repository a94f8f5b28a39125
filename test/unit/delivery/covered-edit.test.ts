import should from "should";
import { TwoSides } from "./two-sides";

describe("An edit in cidaas between our look and our call", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.openWithAda();
  });

  afterEach(() => sides.close());

  const conflicts = async () => (await sides.context.store.conflicts({})).items;

  /** The legacy system has another name, and cidaas this one a moment before ours arrives there. */
  async function overwritten(member: string): Promise<number> {
    sides.legacy.put("1", { last: "Lovelace" });
    await sides.record("1");
    let editAt = 0;
    const before = async () => {
      sides.pass(1_000);
      editAt = sides.now;
      sides.tenant.put("a", { [member]: "King" });
      await sides.event("a", "ACCOUNT_MODIFIED");
      sides.pass(1_000);
    };
    sides.tenant.next = { before };
    await sides.toCidaas();
    await sides.event("a", "ACCOUNT_MODIFIED");
    await sides.quiet();
    return editAt;
  }

  it("is on record by the time of its event, once the change that tells of it is settled", async () => {
    const cidaasTime = await overwritten("family_name");
    should(sides.tenant.users.get("a")?.family_name).equal("Lovelace");
    should(await conflicts()).match([{ rule: "last", winner: "legacy", cidaasTime, ambiguous: true }]);
    should(await conflicts()).have.length(1);
  });

  it("is brought to the legacy system where our call did not carry its field", async () => {
    await overwritten("given_name");
    should(sides.legacy.users.get("1")).match({ first: "King", last: "Lovelace" });
  });

  it("is none of before the look, such as of a field that is not mapped", async () => {
    sides.tenant.put("a", { nickname: "Ada" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    sides.pass(60_000);
    sides.legacy.put("1", { last: "Lovelace" });
    await sides.record("1");
    should(await sides.toCidaas()).equal("UPDATED");
    await sides.event("a", "ACCOUNT_MODIFIED");
    await sides.quiet();
    should(await conflicts()).eql([]);
  });

  it("leaves nothing to record where nobody made one", async () => {
    sides.legacy.put("1", { last: "Lovelace" });
    await sides.record("1");
    sides.tenant.next = { before: () => sides.pass(2_000) };
    should(await sides.toCidaas()).equal("UPDATED");
    await sides.event("a", "ACCOUNT_MODIFIED");
    await sides.quiet();
    should(await conflicts()).eql([]);
  });
});

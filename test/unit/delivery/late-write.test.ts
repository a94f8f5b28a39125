import should from "should";
import { TwoSides } from "./two-sides";

describe("A write that leaves after its lease was lost", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.openWithAda();
  });

  afterEach(() => sides.close());

  const conflicts = async () => (await sides.context.store.conflicts({})).items;

  it("to cidaas is taken back where it has replaced something newer, which is recorded", async () => {
    sides.legacy.put("1", { last: "King" });
    await sides.record("1");
    const before = async () => {
      sides.legacy.put("1", { last: "Lovelace" });
      await sides.record("1");
      should(await sides.toCidaas()).equal("UPDATED");
      sides.pass(1);
    };
    sides.tenant.next = { before };
    await sides.toCidaas();
    should(sides.tenant.users.get("a")?.family_name).equal("King");
    await sides.event("a", "ACCOUNT_MODIFIED");
    await sides.quiet();
    should(sides.tenant.users.get("a")?.family_name).equal("Lovelace");
    should(sides.legacy.users.get("1")?.last).equal("Lovelace");
    should(await conflicts()).match([{ rule: "last", winner: "legacy", ambiguous: true }]);
  });

  it("to the legacy system is taken back too", async () => {
    sides.tenant.put("a", { family_name: "King" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    const before = async () => {
      sides.tenant.put("a", { family_name: "Lovelace" });
      await sides.event("a", "ACCOUNT_MODIFIED");
      should(await sides.toLegacy()).equal("UPDATED");
      sides.pass(1);
    };
    sides.legacy.next = { before };
    await sides.toLegacy();
    should(sides.legacy.users.get("1")?.last).equal("King");
    await sides.record("1");
    await sides.quiet();
    should(sides.legacy.users.get("1")?.last).equal("Lovelace");
    should(sides.tenant.users.get("a")?.family_name).equal("Lovelace");
    should(await conflicts()).match([{ rule: "last", winner: "cidaas", ambiguous: true }]);
  });
});

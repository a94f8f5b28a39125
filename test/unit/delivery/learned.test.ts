import should from "should";
import { TwoSides } from "./two-sides";

describe("What a legacy record shows of our write before it shows an edit", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.openWithAda();
  });

  afterEach(() => sides.close());

  async function cidaasNames(family_name: string): Promise<void> {
    sides.tenant.put("a", { family_name });
    await sides.event("a", "ACCOUNT_MODIFIED");
  }

  async function legacyNames(last: string): Promise<void> {
    sides.legacy.put("1", { last });
    await sides.record("1");
  }

  /** A name of cidaas is written to the legacy system, which takes its time, tells of it, and then has another name. */
  async function editedAfterWrite(meanwhile = async () => {}): Promise<void> {
    await cidaasNames("King");
    const before = async () => {
      sides.pass(1_500);
      await meanwhile();
      sides.pass(2_500);
    };
    sides.legacy.next = { before };
    should(await sides.toLegacy()).equal("UPDATED");
    await sides.record("1");
    sides.pass(500);
    await legacyNames("Noel");
  }

  it("tells that an edit made in cidaas before it was the older one", async () => {
    await editedAfterWrite(() => cidaasNames("Lovelace"));
    await sides.quiet();
    should(sides.tenant.users.get("a")?.family_name).equal("Noel");
    const { items: conflicts } = await sides.context.store.conflicts({});
    should(conflicts.map(({ rule, winner, ambiguous }) => [rule, winner, ambiguous])).eql([["last", "legacy", false]]);
  });

  it("leaves alone what a look at cidaas tells of an interrupted write there", async () => {
    await editedAfterWrite();
    const before = () => legacyNames("Leigh");
    sides.tenant.next = { before, loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    should(sides.tenant.users.get("a")?.family_name).equal("Noel");
    await sides.quiet();
    should([sides.tenant.users.get("a")?.family_name, sides.legacy.users.get("1")?.last]).eql(["Leigh", "Leigh"]);
  });

  it("leaves alone what that write has brought to cidaas, though the legacy system holds something else by now", async () => {
    sides.pauseMs = 100;
    sides.legacyAheadMs = 900;
    await cidaasNames("King");
    should(await sides.toLegacy()).equal("UPDATED");
    await sides.record("1");
    await cidaasNames("Noel");
    should(await sides.toLegacy()).equal("UPDATED");
    sides.tenant.next = { loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    should(sides.tenant.users.get("a")?.family_name).equal("King");
    await sides.record("1");
    sides.pauseMs = 10 * 60_000;
    await sides.quiet();
    should(sides.tenant.users.get("a")?.family_name).equal(sides.legacy.users.get("1")?.last);
  });
});

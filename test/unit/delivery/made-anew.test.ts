import should from "should";
import { TwoSides } from "./two-sides";

describe("A user who is gone in the legacy system, and is made anew there", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.openWithAda();
    sides.legacy.users.clear();
  });

  afterEach(() => sides.close());

  async function edited(members: { email?: string; given_name?: string }): Promise<void> {
    sides.tenant.put("a", members);
    await sides.event("a", "ACCOUNT_MODIFIED");
  }

  /** Until the user is given up for lost. */
  async function madeAnew(): Promise<void> {
    for (let tries = 0; tries < 10 && sides.legacy.users.size === 0; tries += 1) await sides.toLegacy();
    should(sides.legacy.users.size).equal(1);
  }

  /** The answer of the next create gets lost. */
  function loseCreated(): void {
    const create = sides.legacy.create.bind(sides.legacy);
    sides.legacy.create = (...call) => {
      sides.legacy.create = create;
      sides.legacy.next = { loseAnswer: true };
      return create(...call);
    };
  }

  const emails = () => [...sides.legacy.users.values()].map(({ email }) => email);

  it("is whole, and known by its new id", async () => {
    await edited({ given_name: "Augusta" });
    await madeAnew();
    await sides.quiet();
    should([...sides.legacy.users.values()]).match([{ first: "Augusta", last: "Byron", email: "ada@example.org" }]);
    should(sides.tenant.users.get("a")?.customFields).eql({ legacy_id: [...sides.legacy.users.keys()][0] });
  });

  it("is known by its new id though the legacy system tells of it before it answers", async () => {
    const create = sides.legacy.create.bind(sides.legacy);
    sides.legacy.create = async (...call) => {
      const answer = await create(...call);
      await sides.record(answer.legacyId ?? "");
      return answer;
    };
    await edited({ given_name: "Augusta" });
    await madeAnew();
    await sides.quiet();
    should(emails()).eql(["ada@example.org"]);
    should(sides.tenant.users.size).equal(1);
    should(await sides.parked()).eql([]);
  });

  for (const canRead of [true, false])
    it(`is made once in one that ${canRead ? "can" : "cannot"} be read, though the answer gets lost and the e-mail is changed before the retry`, async () => {
      sides.legacy.canRead = canRead;
      await edited({ given_name: "Augusta" });
      loseCreated();
      await madeAnew();
      sides.pass(60_000);
      await edited({ email: "ada@byron.example" });
      await sides.quiet();
      should(emails()).eql(["ada@byron.example"]);
      should(await sides.parked()).eql([]);
    });

  it("is known by the id of the user who has its e-mail there by now, though that has told of itself", async () => {
    sides.legacy.put("9", { email: "ada@example.org", first: "Ada", last: "Byron" });
    await sides.record("9");
    await edited({ given_name: "Augusta" });
    await sides.quiet();
    should([...sides.legacy.users.values()]).match([{ id: "9", first: "Augusta" }]);
    should(sides.tenant.users.get("a")?.customFields).eql({ legacy_id: "9" });
  });

  it("is made once, too, where the legacy system has told of it before the retry", async () => {
    await edited({ given_name: "Augusta" });
    loseCreated();
    await madeAnew();
    const [id = ""] = sides.legacy.users.keys();
    await sides.record(id);
    sides.pass(60_000);
    await edited({ email: "ada@byron.example" });
    await sides.quiet();
    should(emails()).eql(["ada@byron.example"]);
    should(sides.tenant.users.size).equal(1);
    should(await sides.parked()).eql([]);
  });
});

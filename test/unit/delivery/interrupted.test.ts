import should from "should";
import { CallError } from "../../../lib/errors";
import { TwoSides } from "./two-sides";

const ADA = { email: "ada@example.org", given_name: "Ada", family_name: "Byron" };

describe("After an interrupted write", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.open();
  });

  afterEach(() => sides.close());

  /** A user is born in cidaas; it is created in the legacy system, and the answer gets lost. */
  async function createInterrupted(): Promise<void> {
    sides.tenant.put("a", ADA);
    await sides.event("a", "ACCOUNT_CREATED");
    sides.legacy.next = { loseAnswer: true };
    should(await sides.toLegacy()).equal("RETRY");
    should(sides.legacy.users.size).equal(1);
  }

  /** The user is deleted in cidaas before anybody has looked for it. */
  async function deleted(): Promise<void> {
    sides.pass(60_000);
    sides.tenant.users.delete("a");
    await sides.event("a", "ACCOUNT_DELETED");
  }

  describe("a user who is deleted while it was being created", () => {
    it("is known by the change that waits for it, and deleted", async () => {
      await createInterrupted();
      await sides.record("1");
      await deleted();
      should(await sides.toLegacy()).equal("DELETED");
      should(sides.told).eql({ state: "DELETED", sub: "a", legacyId: "1" });
      should(sides.legacy.users.size).equal(0);
      await sides.quiet();
      should(sides.tenant.users.size).equal(0);
    });

    it("is found by what it was made with, before the legacy system tells of it", async () => {
      await createInterrupted();
      await deleted();
      should(await sides.toLegacy()).equal("DELETED");
      should(sides.legacy.users.size).equal(0);
      should(await sides.parked()).eql([]);
    });

    it("is known also if the legacy system cannot be searched, and tells of it a little later", async () => {
      sides.legacy.canFind = false;
      await createInterrupted();
      await deleted();
      should(await sides.toLegacy()).equal("RETRY");
      await sides.record("1");
      should(await sides.toLegacy()).equal("DELETED");
      should(sides.legacy.users.size).equal(0);
    });

    it("is taken for never made at the fourth try, if nobody tells of it until then", async () => {
      await createInterrupted();
      sides.legacy.users.clear();
      await deleted();
      const states: string[] = [];
      for (let turn = 0; turn < 5; turn += 1) states.push(await sides.toLegacy());
      should(states).eql(["RETRY", "RETRY", "UNCHANGED", "NOBODY", "NOBODY"]);
      should(await sides.parked()).eql([]);
    });

    it("is left to a person at the fourth try, if the legacy system cannot be searched, and does not tell either", async () => {
      sides.legacy.canFind = false;
      await createInterrupted();
      await deleted();
      const states: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) states.push(await sides.toLegacy());
      should(states).eql(["RETRY", "RETRY", "PARKED"]);
      should(await sides.parked()).eql(["CREATE_UNKNOWN"]);
    });

    it("is not taken for somebody else with the same e-mail", async () => {
      await createInterrupted();
      sides.legacy.users.clear();
      sides.legacy.put("9", { email: ADA.email, first: "Augusta", last: "Leigh" });
      await sides.record("9");
      await deleted();
      for (let turn = 0; turn < 3; turn += 1) await sides.toLegacy();
      should([...sides.legacy.users.keys()]).eql(["9"]);
    });

    it("leaves no doubt where no create was under way", async () => {
      sides.tenant.put("a", ADA);
      await sides.event("a", "ACCOUNT_CREATED");
      await deleted();
      should(await sides.toLegacy()).equal("UNCHANGED");
    });
  });

  it("a create that is found is settled before the update that follows: cidaas learns the legacy id though that gets lost", async () => {
    await createInterrupted();
    sides.pass(60_000);
    sides.tenant.put("a", { given_name: "Augusta" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    should(await sides.toLegacy()).equal("RETRY");
    should(sides.legacy.users.get("1")?.first).equal("Ada");
    sides.legacy.next = { loseAnswer: true };
    should(await sides.toLegacy()).equal("RETRY");
    should(sides.legacy.users.get("1")?.first).equal("Augusta");
    await sides.quiet();
    should(sides.tenant.users.get("a")?.customFields).eql({ legacy_id: "1" });
  });

  it("a user is found by what it was made with, and by what the flow adds to every record", async () => {
    sides.addedByFlow = { shop: "north" };
    sides.legacy.foundBy = ["email", "shop"];
    await createInterrupted();
    sides.legacy.put("1", { shop: "north" });
    sides.pass(60_000);
    sides.tenant.put("a", { email: "ada@byron.example" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    await sides.quiet();
    should([...sides.legacy.users.values()]).match([{ id: "1", email: "ada@byron.example" }]);
  });

  it("a user who is found, and gone before the update that follows, is not made again before its deletion had time to come", async () => {
    await createInterrupted();
    sides.tenant.put("a", { given_name: "Augusta" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    should(await sides.toLegacy()).equal("RETRY");
    sides.legacy.users.clear();
    should(await sides.toLegacy()).equal("RETRY");
    await sides.record("1", "delete");
    await sides.quiet();
    should([sides.tenant.users.size, sides.legacy.users.size]).eql([0, 0]);
  });

  it("a process that stands still after a look at cidaas does not take the look for a late one", async () => {
    await sides.close();
    sides = await TwoSides.openWithAda();
    sides.pauseMs = 0;
    const before = structuredClone(sides.tenant.users.get("a") ?? null);
    sides.tenant.put("a", { given_name: "Augusta" });
    await sides.event("a", "ACCOUNT_MODIFIED");
    sides.pass(2_000);
    sides.legacy.put("1", { first: "Adeline" });
    await sides.record("1");
    const { readUser } = sides.tenant;
    sides.tenant.readUser = async () => {
      sides.tenant.readUser = readUser;
      sides.pass(15_000);
      return before;
    };
    should(await sides.toCidaas()).equal("RETRY");
    sides.pauseMs = 60_000;
    await sides.quiet();
    should(sides.tenant.users.get("a")?.given_name).equal("Adeline");
    const { items } = await sides.context.store.conflicts({});
    should(items).match([{ rule: "first", winner: "legacy" }]);
  });

  describe("a write that the next one finds, which is interrupted too,", () => {
    const out = new CallError("TRY_LATER", "The system is out.", { failure: "transient" });
    const names = () => [sides.tenant.users.get("a")?.given_name, sides.legacy.users.get("1")?.first];

    beforeEach(async () => {
      await sides.close();
      sides = await TwoSides.openWithAda();
    });

    it("stays known for ours in the legacy system: its echo wins against no later edit", async () => {
      const rename = async (given_name: string) => {
        sides.tenant.put("a", { given_name });
        await sides.event("a", "ACCOUNT_MODIFIED");
      };
      await rename("Augusta");
      const before = async () => {
        await rename("Annabella");
        sides.pass(20_000);
      };
      sides.legacy.next = { before, loseAnswer: true };
      should(await sides.toLegacy()).equal("RETRY");
      should(names()).eql(["Annabella", "Augusta"]);
      await sides.record("1");
      sides.legacy.next = { before: () => Promise.reject(out) };
      should(await sides.toLegacy()).equal("RETRY");
      await sides.quiet();
      should(names()).eql(["Annabella", "Annabella"]);
    });

    it("stays known for ours in cidaas", async () => {
      const rename = async (first: string) => {
        sides.legacy.put("1", { first });
        await sides.record("1");
      };
      await rename("Augusta");
      const before = async () => {
        await rename("Annabella");
        sides.pass(20_000);
      };
      sides.tenant.next = { before, loseAnswer: true };
      should(await sides.toCidaas()).equal("RETRY");
      should(names()).eql(["Augusta", "Annabella"]);
      await sides.event("a", "ACCOUNT_MODIFIED");
      sides.tenant.next = { before: () => Promise.reject(out) };
      should(await sides.toCidaas()).equal("RETRY");
      should(await sides.toLegacy()).equal("UNCHANGED");
      await sides.quiet();
      should(names()).eql(["Annabella", "Annabella"]);
    });
  });

  /** An update in cidaas meets a user who was deleted a moment before, and its answer gets lost. */
  async function madeAnew(): Promise<void> {
    sides.tenant.put("a", ADA);
    await sides.event("a", "ACCOUNT_CREATED");
    await sides.quiet();
    sides.legacy.put("1", { last: "Lovelace" });
    await sides.record("1");
    const before = async () => {
      sides.tenant.users.delete("a");
      await sides.event("a", "ACCOUNT_DELETED");
      sides.pass(1);
    };
    sides.tenant.next = { before, loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    await sides.event("a", "ACCOUNT_CREATED");
    should(sides.tenant.users.get("a")).containEql({ family_name: "Lovelace" }).and.not.have.property("given_name");
  }

  it("a user whom an update has made anew gets back what the update did not carry", async () => {
    await madeAnew();
    should(await sides.toLegacy()).equal("RETRY");
    await sides.quiet();
    should(sides.tenant.users.get("a")).match({ ...ADA, family_name: "Lovelace", customFields: { legacy_id: "1" } });
    should(sides.legacy.users.get("1")).match({ first: "Ada", last: "Lovelace" });
  });

  it("a user whom an update has made anew is left alone until the event of its deletion is seen to", async () => {
    await madeAnew();
    const calls = sides.tenant.bulkCalls;
    should(await sides.toCidaas()).equal("RETRY");
    should(sides.tenant.bulkCalls).equal(calls);
    await sides.quiet();
    should(sides.tenant.users.get("a")).match({ ...ADA, family_name: "Lovelace" });
  });

  /** A user is born in the legacy system; it is created in cidaas, and the answer gets lost. */
  async function createInCidaasInterrupted(): Promise<string> {
    sides.legacy.put("7", { email: "ada@example.org", first: "Ada", last: "Byron" });
    await sides.record("7");
    sides.tenant.next = { loseAnswer: true };
    should(await sides.toCidaas()).equal("RETRY");
    sides.pass(60_000);
    const [sub = ""] = sides.tenant.users.keys();
    return sub;
  }

  it("a user of cidaas of whom an event has told is not made again, though the event of the deletion comes late", async () => {
    const sub = await createInCidaasInterrupted();
    await sides.event(sub, "ACCOUNT_CREATED");
    sides.tenant.users.delete(sub);
    should(await sides.toCidaas()).equal("RETRY");
    should(sides.tenant.users.size).equal(0);
    await sides.event(sub, "ACCOUNT_DELETED");
    await sides.quiet();
    should([sides.tenant.users.size, sides.legacy.users.size]).eql([0, 0]);
  });

  it("a user of cidaas who was made and deleted before the answer came is not made again", async () => {
    const sub = await createInCidaasInterrupted();
    sides.tenant.users.delete(sub);
    await sides.event(sub, "ACCOUNT_DELETED");
    should(await sides.toCidaas()).equal("RETRY");
    should(sides.tenant.users.size).equal(0);
    await sides.quiet();
    should([sides.tenant.users.size, sides.legacy.users.size]).eql([0, 0]);
  });
});

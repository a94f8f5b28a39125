import should from "should";
import type { BulkResult } from "../../../lib/cidaas/types";
import { CallError } from "../../../lib/errors";
import { emptyChange } from "../../../lib/sync/change";
import { TwoSides } from "../delivery/two-sides";

const EMAIL = "ada@example.org";

const refusal = (code: string): BulkResult => ({ state: "FAILED", code, message: "Not this one.", tries: 1 });

describe("A user whose e-mail another account of the tenant has", () => {
  let sides: TwoSides;

  beforeEach(async () => {
    sides = await TwoSides.open();
    sides.legacy.put("1", { email: EMAIL, first: "Ada", last: "Byron" });
  });

  afterEach(() => sides.close());

  /** Somebody nobody knew of has the e-mail, and the tenant refuses our create. */
  async function refused(after: () => void): Promise<string> {
    sides.tenant.put("stranger", { email: EMAIL, email_verified: false });
    await sides.record("1");
    const asked = sides.tenant.findSub.bind(sides.tenant);
    sides.tenant.findSub = (identifier) => {
      after();
      return asked(identifier);
    };
    return sides.toCidaas();
  }

  it("is tried again, and made, where nobody has it any more", async () => {
    should(await refused(() => sides.tenant.users.delete("stranger"))).equal("RETRY");
    should(await sides.toCidaas()).equal("CREATED");
  });

  it("is tried again where the tenant does not say who has it", async () => {
    const out = new CallError("TRY_LATER", "The tenant is out.", { failure: "transient" });
    sides.tenant.bulk = async () => [refusal("EMAIL_TAKEN")];
    const fail = () => {
      throw out;
    };
    should(await refused(fail)).equal("RETRY");
    should(await sides.toCidaas()).equal("RETRY");
    should(await sides.parked()).eql([]);
  });

  it("is left to a person where its owner is not known to be the same one", async () => {
    should(await refused(() => {})).equal("RETRY");
    should(await sides.toCidaas()).equal("PARKED");
    should(await sides.parked()).eql(["LINK_REVIEW"]);
  });

  it("is parked at once where the tenant refuses it for another reason, and nobody has the e-mail", async () => {
    await sides.record("1");
    sides.tenant.bulk = async () => [refusal("ACCOUNT_REFUSED")];
    should(await sides.toCidaas()).equal("PARKED");
    should(await sides.parked()).eql(["ACCOUNT_REFUSED"]);
  });

  it("is parked under that code though the tenant names another one, where both are known", async () => {
    await sides.record("1");
    await sides.quiet();
    sides.tenant.put("other", { email: "augusta@example.org" });
    sides.legacy.put("1", { email: "augusta@example.org" });
    await sides.record("1");
    sides.tenant.bulk = async () => [refusal("ACCOUNT_REFUSED")];
    should(await sides.toCidaas()).equal("PARKED");
    should(await sides.parked()).eql(["EMAIL_TAKEN"]);
  });

  for (const [how, rules] of [
    ["that only asks to look again", []],
    ["that forces a rule", ["last"]],
  ] as const) {
    it(`is known by a mark ${how}, from the identifiers of the record that is read`, async () => {
      sides.tenant.put("stranger", { email: EMAIL, email_verified: false });
      await sides.adopt();
      const change = { ...emptyChange("upsert", sides.now), force: [...rules] };
      await sides.context.store.mark("to-cidaas", [{ legacyId: "1", change }]);
      should(await sides.toCidaas()).equal("PARKED");
      should(await sides.parked()).eql(["LINK_REVIEW"]);
      should(sides.tenant.bulkCalls).equal(0);
    });
  }
});

import should from "should";
import { membership, requireValid, type WholeUser } from "../../../lib/cidaas/whole-user";

const UUID = "3f0c6b0e-6a0b-4d6e-9a55-0f1f0c7f2a11";
const GROUPS = [{ groupId: "customers" }];

describe("requireValid", () => {
  const NOBODY: WholeUser = { written: {}, sub: null, create: false };
  const valid = (user: Partial<WholeUser>) => requireValid(() => [], { ...NOBODY, ...user });
  const refusal = (user: Partial<WholeUser>, message: RegExp) =>
    should(() => valid(user)).throw({ code: "RECORD_INVALID", message });

  it("asks for an identifier where a user is created", () => {
    const active = { userStatus: "VERIFIED" };
    valid({ create: true, written: { ...active, username: "lena" } });
    valid({ written: { given_name: "Lena" } });
    refusal({ create: true, written: { ...active, given_name: "Lena" } }, /^email, mobile_number, username: /);
    refusal(
      { create: true, written: { ...active, email: "", mobile_number: null } },
      /^email, mobile_number, username: /,
    );
  });

  it("creates nobody without a status, who would be active then", () => {
    refusal({ create: true, written: { email: "lena@example.org" } }, /^userStatus: .*would be active/);
    refusal({ create: true, written: { email: "lena@example.org", userStatus: "" } }, /^userStatus: /);
    valid({ written: { email: "lena@example.org" } });
  });

  it("asks for a sub that is a UUID where groups or several providers come along", () => {
    valid({ sub: UUID, written: { groups: GROUPS } });
    valid({ sub: "4711", written: { groups: [], identities: [{}] } });
    refusal({ sub: "4711", written: { groups: GROUPS } }, /^sub: /);
    refusal({ written: { groups: GROUPS } }, /^sub: /);
    refusal({ written: { identities: [{}, {}] } }, /^sub: /);
  });

  it("tells what the schema finds, too", () => {
    const problem = { rule: "r", path: "email", code: "EMAIL_SYNTAX", message: "must be an e-mail address" };
    should(() => requireValid(() => [problem], NOBODY)).throw({ code: "RECORD_INVALID", problems: [problem] });
  });
});

describe("membership", () => {
  it("names the account, and leaves out what the tenant assigns itself", () => {
    should(membership(UUID, { groupId: "g", roles: ["R"], _id: "1" })).eql({ sub: UUID, groupId: "g", roles: ["R"] });
    should(membership(UUID, { groupId: "g" })).eql({ sub: UUID, groupId: "g" });
  });
});

import fc from "fast-check";
import should from "should";
import { compileUserCheck } from "../../../lib/cidaas/user-schema";
import { parseRules } from "../../../lib/mapping/rules";
import type { Json, JsonObject } from "../../../lib/sync/types";

const BCRYPT = `$2b$12$${"a".repeat(53)}`;
const USER: JsonObject = {
  sub: "3f0c6b0e-6a0b-4d6e-9a55-0f1f0c7f2a11",
  userStatus: "VERIFIED",
  email: "lena.berg@example.org",
  mobile_number: "+4915112345678",
  given_name: "Lena",
  birthdate: "1988-04-12",
  address: { locality: "Stuttgart", country: "DE" },
  customFields: { tier: 3, tags: ["a"] },
  roles: ["USER"],
  groups: [{ groupId: "customers", roles: ["BUYER"] }],
  consents: [{ fieldKey: "terms", state: "ACCEPTED" }],
  mfa_enabled: false,
  password_hash_info: { algorithmTypeId: "BCRYPT_12", passwordHash: BCRYPT },
  createdTime: "2019-03-02T08:11:00Z",
};
const MEMBERS = [...Object.keys(USER), "lastLoggedInTime", "phone_number", "username", "provider"];

const rules = parseRules([
  { id: "mail", cidaas: "email", legacy: "email" },
  { id: "town", cidaas: "address.locality", legacy: "city" },
  { id: "secret", cidaas: "password_hash_info", legacy: "hash" },
  { id: "back", cidaas: "given_name", legacy: "name", direction: "to-legacy" },
]);
const check = compileUserCheck(rules);
const codes = (user: JsonObject) => check(user).map(({ code }) => code);

describe("compileUserCheck", () => {
  it("finds nothing wrong with a user as the reference shows it", () => {
    should(check(USER)).eql([]);
    should(check({})).eql([]);
  });

  it("takes null and empty text for a member without a value", () => {
    for (const empty of [null, ""]) {
      const user = Object.fromEntries(MEMBERS.map((name) => [name, empty]));
      should(check({ ...user, address: null, customFields: null, mfa_enabled: null })).eql([]);
    }
    should(check({ address: { locality: null }, roles: [], groups: [] })).eql([]);
  });

  it("names every broken member at once, with the rule that writes it", () => {
    const problems = check({ email: "lena", address: { locality: 5 }, given_name: 1, roles: "USER" });
    should(problems.map(({ rule, path, code }) => [rule, path, code])).eql([
      ["", "given_name", "TEXT_EXPECTED"],
      ["mail", "email", "EMAIL_SYNTAX"],
      ["", "roles", "LIST_EXPECTED"],
      ["town", "address.locality", "TEXT_EXPECTED"],
    ]);
  });

  it("knows addresses that mail can be sent to", () => {
    const ok = ["a@b.de", "o'hara+news@mail.example.co.uk", "jörg@müller.de", "a..b@docomo.ne.jp", "1@x-y.io"];
    const wrong = [
      "a",
      "@b.de",
      "a@",
      "a@localhost",
      "a b@c.de",
      " a@b.de",
      "a@b.de ",
      "a@-b.de",
      "a@b..de",
      "a@b.de,c@d.de",
    ];
    for (const email of ok) should(codes({ email })).eql([]);
    for (const email of [...wrong, `${"a".repeat(65)}@b.de`, `a@${"b".repeat(64)}.de`, "a@b.de\nBcc: x@y.de"])
      should(codes({ email })).eql(["EMAIL_SYNTAX"]);
  });

  it("knows phone numbers in E.164", () => {
    for (const number of ["+4915112345678", "+12025550123"]) should(codes({ mobile_number: number })).eql([]);
    for (const number of ["0151 2345678", "+49 151 2345678", "004915112345678", "+0151", "+1234567890123456", 49151])
      should(codes({ mobile_number: number, phone_number: number })).eql(["PHONE_NOT_E164", "PHONE_NOT_E164"]);
  });

  it("knows days and points in time", () => {
    should(codes({ birthdate: "2024-02-29" })).eql([]);
    for (const birthdate of ["2023-02-29", "12.04.1988", "1988-4-12", "1988-04-12T00:00:00Z"])
      should(codes({ birthdate })).eql(["DATE_NOT_ISO"]);
    for (const createdTime of ["2019-03-02T08:11:00Z", "2019-03-02T08:11:00.123+01:00", "2019-03-02T08:11Z"])
      should(codes({ createdTime })).eql([]);
    for (const lastLoggedInTime of [
      "2019-03-02",
      "2019-03-02T08:11:00",
      "2019-13-02T08:11:00Z",
      "2019-03-02 08:11:00Z",
    ])
      should(codes({ lastLoggedInTime })).eql(["TIME_NOT_ISO"]);
  });

  it("knows the statuses that bulk takes", () => {
    for (const userStatus of ["VERIFIED", "LOCKED", "DECLINED"]) should(codes({ userStatus })).eql([]);
    for (const userStatus of ["BLOCKED", "verified", 1, true]) should(codes({ userStatus })).eql(["STATUS_UNKNOWN"]);
  });

  it("knows the form of a password hash, and that the cost of bcrypt is told twice", () => {
    const hash = (password_hash_info: Json) => check({ password_hash_info }).map(({ rule, code }) => [rule, code]);
    const wrong = [["secret", "HASH_INVALID"]];
    should(hash({ algorithmTypeId: "BCRYPT", passwordHash: BCRYPT })).eql([]);
    should(hash({ algorithmTypeId: "PBKDF2", passwordHash: "9f", hData: { salt: "a", iterations: "1000" } })).eql([]);
    should(hash({ algorithmTypeId: "CUSTOM_MD5", passwordHash: "9f" })).eql([]);
    should(hash({ algorithmTypeId: "PBKDF2", passwordHash: "9f", hData: { iterations: 1000 } })).eql(wrong);
    should(hash({ algorithmTypeId: "BCRYPT_10", passwordHash: BCRYPT })).eql(wrong);
    should(hash({ algorithmTypeId: "BCRYPT_12", passwordHash: "secret" })).eql(wrong);
    should(hash({ algorithmTypeId: "SHA1" })).eql(wrong);
    should(hash({ passwordHash: BCRYPT })).eql(wrong);
    should(hash("secret")).eql(wrong);
  });

  it("knows lists of roles, groups and consents, and tells of each list once", () => {
    should(codes({ roles: ["A", 1], groups: [{ groupId: "g" }, { roles: ["x"] }], consents: [{ state: "YES" }] })).eql([
      "LIST_EXPECTED",
      "GROUPS_INVALID",
      "CONSENTS_INVALID",
    ]);
    should(codes({ roles: Array.from({ length: 100_000 }, () => 1) })).eql(["LIST_EXPECTED"]);
  });

  it("never throws on hostile users, and shows nothing of them", () => {
    // Marked, so that it is found wherever it comes out.
    const marked = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => `hostile${text}`),
      fc.constantFrom("hostile@", `+49hostile${"1".repeat(9_999)}`, `${"hostile.".repeat(9_999)}@x`, "hostile\ud800"),
    );
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        marked,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.oneof(marked, fc.constantFrom("hData", "groupId", "locality", "passwordHash")), tie("value"), {
          maxKeys: 4,
        }),
      ),
    })).value;
    const user = fc.dictionary(fc.oneof(fc.constantFrom(...MEMBERS), marked), value, { maxKeys: 12 });
    fc.assert(
      fc.property(user, (hostile) => {
        const problems = check(hostile);
        should(JSON.stringify(problems)).not.match(/hostile/);
        should(problems.length).be.belowOrEqual(MEMBERS.length + 6);
      }),
      { numRuns: 300 },
    );
  });

  it("reads long texts in no time worth noticing", () => {
    const began = performance.now();
    for (const text of [
      `${"a".repeat(1e6)}@`,
      `a@${"a-".repeat(5e5)}`,
      `+${"1".repeat(1e6)}`,
      `2019-03-02T${"0".repeat(1e6)}`,
    ])
      check({ email: text, mobile_number: text, birthdate: text, createdTime: text });
    should(performance.now() - began).be.below(1_000);
  });
});

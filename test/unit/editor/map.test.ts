import should from "should";
import { CIDAAS_FIELDS } from "../../../lib/cidaas/fields";
import { compilePath } from "../../../lib/mapping/paths";
import { guessRule } from "../../../nodes/shared/editor/map/guess";
import { jsonLines } from "../../../nodes/shared/editor/map/json-lines";
import { LIMITS, limitsOf } from "../../../nodes/shared/editor/map/limits";
import { readMapFile, writeMapFile } from "../../../nodes/shared/editor/map/map-file";
import { readRecord } from "../../../nodes/shared/editor/map/record";
import { pathsOf } from "../../../nodes/shared/editor/map/record-paths";
import { withoutSecrets } from "../../../nodes/shared/editor/map/secrets";
import { ALL_ACTIVE_RULE, lacksStatus } from "../../../nodes/shared/editor/map/status-rule";
import { matching, replaceLastPart } from "../../../nodes/shared/editor/map/suggest";
import { summaryOf } from "../../../nodes/shared/editor/map/summary";
import { goes, hasVariable, isComplete, targetsOf, toForm } from "../../../nodes/shared/editor/rule";
import { environment, readLocale } from "./built";

describe("The documented fields of cidaas", () => {
  it("are each named once, with a path that rules can use", () => {
    const paths = CIDAAS_FIELDS.map(({ path }) => path);
    should(new Set(paths).size).equal(paths.length);
    for (const path of paths) should(compilePath(path).text).equal(path);
  });

  it("are called by other systems in lower case and without punctuation, as a guess compares them", () => {
    for (const { alsoCalled = [] } of CIDAAS_FIELDS) for (const name of alsoCalled) should(name).match(/^[a-z0-9]+$/);
  });
});

describe("A record that is kept as a sample", () => {
  const RULES = [
    { cidaas: "email", legacy: "mail" },
    { cidaas: "password_hash_info", legacy: ["credentials[0].hash", "salt"], transform: "hash" },
    { cidaas: "customFields.pin", legacy: "pin", secret: true },
    { cidaas: "x..y", legacy: "broken[", secret: true },
  ];

  it("keeps nothing that a secret rule reads or writes", () => {
    const record = { mail: "a@example.org", credentials: [{ hash: "$2b$", type: "password" }], salt: "s", pin: "1" };
    should(withoutSecrets(record, RULES, "legacy")).eql({ mail: "a@example.org", credentials: [{ type: "password" }] });
    const user = { email: "a@example.org", password_hash_info: "•••", customFields: { pin: "•••", tier: "gold" } };
    should(withoutSecrets(user, RULES, "cidaas")).eql({ email: "a@example.org", customFields: { tier: "gold" } });
    should(record.pin).equal("1");
  });

  it("is left alone where the secret is not there", () => {
    for (const record of [{}, { credentials: "none" }, { credentials: null, customFields: [] }])
      should(withoutSecrets(record, RULES, "legacy")).eql(record);
  });
});

describe("A rule for a field that none reads", () => {
  it("is guessed from what the legacy system calls it", () => {
    should(guessRule("legacy", "First_Name", new Set())).containEql({ cidaas: "given_name", legacy: "First_Name" });
    should(guessRule("legacy", "mail", new Set())).containEql({ cidaas: "email", transform: "lower" });
    should(guessRule("legacy", "address.zip", new Set())).containEql({ cidaas: "address.postal_code" });
  });

  it("takes no field that another rule has, and a custom field where the name tells nothing", () => {
    should(guessRule("legacy", "mail", new Set(["email"]))).containEql({ cidaas: "customFields.mail" });
    should(guessRule("legacy", "loyalty tier", new Set())).containEql({ cidaas: "customFields.loyalty_tier" });
  });

  it("keeps the name of a cidaas field for the legacy side", () => {
    should(guessRule("cidaas", "customFields.tier", new Set())).containEql({
      cidaas: "customFields.tier",
      legacy: "tier",
    });
  });

  it("sends a password hash to cidaas only, and as a secret", () => {
    const rule = guessRule("legacy", "password_hash", new Set());
    should(rule).containEql({ transform: "hash", direction: "to-cidaas", secret: true });
  });
});

describe("The paths of a sample record", () => {
  it("are those that rules can use, into objects and arrays", () => {
    const record = { id: 1, address: { "zip code": "1" }, phones: [{ number: "2" }], "a.b": 3, 'q"': 4, none: {} };
    const paths = pathsOf(record);
    should(paths).eql(["id", "address.zip code", "phones[0].number", '["a.b"]', '["q\\""]', "none"]);
    should(paths.map((path) => compilePath(path).get(record))).eql([1, "1", "2", 3, 4, {}]);
  });

  it("end somewhere, however large the record is", () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, position) => [`f${position}`, 1]));
    should(pathsOf(wide).length).equal(200);
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`);
    should(pathsOf(deep)).have.length(1);
  });
});

describe("Suggestions", () => {
  const fields = [
    { value: "phone_number", text: "phone number" },
    { value: "mobile_number", text: "for text messages", alsoCalled: ["cellphone"] },
    { value: "email", text: "mail" },
  ];
  const values = (typed: string) => matching(fields, typed).map(({ value }) => value);

  it("begin with what begins as it is typed, then what holds it, then what it is called elsewhere", () => {
    should(values("pho")).eql(["phone_number", "mobile_number"]);
    should(values("NUMBER")).eql(["phone_number", "mobile_number"]);
    should(values("ail")).eql(["email"]);
    should(values("xyz")).eql([]);
  });

  it("are all there before anything is typed, and beside a choice that is made", () => {
    should(values("")).have.length(3);
    should(values("email")).have.length(3);
  });

  it("complete the last of several paths", () => {
    should(values("given_name, em")).eql(["email"]);
    should(replaceLastPart("given_name,em", "email")).equal("given_name, email");
    should(replaceLastPart("em", "email")).equal("email");
  });
});

describe("A record that was pasted", () => {
  it("is the object, the first of an array, or the first of lines of JSON", () => {
    should(readRecord('{"id":1}')).eql({ id: 1 });
    should(readRecord('[{"id":1},{"id":2}]')).eql({ id: 1 });
    should(readRecord('{"id":1}\n{"id":2}\n')).eql({ id: 1 });
  });

  it("is none when it is anything else", () => {
    for (const text of ["", "7", "[]", "null", "{", '"text"']) should(readRecord(text)).be.null();
  });
});

describe("JSON as lines", () => {
  it("is the JSON again, and tells of each line what its value is tied to", () => {
    const value = { name: "Lena", address: { city: "Ulm", lines: [1, null] }, none: [], flag: true };
    const lines = jsonLines(value, (keys) => (keys.join(".") === "address.lines" ? 7 : null));
    should(JSON.parse(lines.map(({ key, text }) => key + text).join("\n"))).eql(value);
    should(lines.filter(({ link }) => link === 7).map(({ text }) => text)).eql(["[", "1,", "null", "]"]);
    should(lines.map(({ depth }) => depth)).eql([0, 1, 1, 2, 2, 3, 3, 2, 1, 1, 1, 0]);
  });
});

describe("A field map as a file", () => {
  const map = {
    settings: { legacyKey: "id", legacyDeleted: { path: "status", values: ["gone"] } },
    rules: [{ id: "mail", cidaas: "email", legacy: "mail" }],
    samples: [{ name: "Lena", side: "legacy" as const, record: { mail: "l@example.org" }, expected: {} }],
  };

  it("comes back as it was written", () => {
    should(readMapFile(writeMapFile(map))).eql(map);
  });

  it("may be a list of rules alone", () => {
    should(readMapFile(JSON.stringify(map.rules))).eql({ settings: {}, rules: map.rules, samples: [] });
  });

  it("takes no settings that do not belong to a map", () => {
    const text = JSON.stringify({ rules: [], settings: { legacyKey: "id", tenant: "stolen", key: "x" } });
    should(readMapFile(text)?.settings).eql({ legacyKey: "id" });
  });

  it("is refused when it has no rules", () => {
    for (const text of ["", "{", "{}", "[1]", '{"rules":{}}', '{"rules":[null]}']) should(readMapFile(text)).be.null();
  });
});

describe("The rule for the status", () => {
  it("is missed only when the map writes users to cidaas", () => {
    should(lacksStatus([{ cidaas: "email", legacy: "mail" }])).be.true();
    should(lacksStatus([])).be.false();
    should(lacksStatus([{ cidaas: "email", legacy: "mail", direction: "to-legacy" }])).be.false();
    should(lacksStatus([{ cidaas: "email", legacy: "mail" }, ALL_ACTIVE_RULE])).be.false();
  });

  it("does not count when it only reads the status", () => {
    const reading = { cidaas: "userStatus", legacy: "status", direction: "to-legacy" };
    should(lacksStatus([{ cidaas: "email", legacy: "mail" }, reading])).be.true();
  });
});

describe("What a map does not carry", () => {
  it("is said of rules that touch it, in the directions in which it is lost", () => {
    should(limitsOf({ cidaas: "mfa_enabled", legacy: "mfa" })).eql(["mfaFactors"]);
    should(limitsOf({ cidaas: ["email", "consents"], legacy: "x" })).eql(["consents"]);
    should(limitsOf({ cidaas: "groups[0].groupId", legacy: "g", direction: "to-legacy" })).eql([]);
    should(limitsOf({ cidaas: "email", legacy: "mail" })).eql([]);
  });

  it("has a text for each reason", () => {
    const { limit } = Object(readLocale("user-sync", "en-US")["user-sync"]).map;
    should(Object.keys(limit).sort()).eql([...LIMITS].sort());
  });
});

describe("A rule that is being written", () => {
  it("is complete once it names the paths it needs", () => {
    should(isComplete({ cidaas: "email", legacy: "" })).be.false();
    should(isComplete({ cidaas: " , ", legacy: "mail" })).be.false();
    should(isComplete({ cidaas: "email", legacy: "mail" })).be.true();
    should(isComplete(ALL_ACTIVE_RULE)).be.true();
  });

  it("holds a variable that only the deployed flow knows, at any depth", () => {
    should(hasVariable({ cidaas: "email", legacy: environment("MAIL") })).be.true();
    should(hasVariable({ options: { pairs: [["A", environment("WORD")]] } })).be.true();
    should(hasVariable({ cidaas: "email", options: { toLegacy: `a ${environment("B")}` } })).be.false();
  });

  it("goes its directions, and both where an environment variable decides", () => {
    const lanes = ["to-cidaas", "to-legacy"] as const;
    const ways = (rule: Record<string, unknown>) => lanes.filter((lane) => goes(rule, lane));
    should(ways({ cidaas: "email", legacy: "mail" })).eql([...lanes]);
    should(ways({ direction: "to-legacy" })).eql(["to-legacy"]);
    should(ways({ transform: "hash" })).eql(["to-cidaas"]);
    should(ways({ direction: environment("WAY") })).eql([...lanes]);
  });

  it("names its targets by its direction", () => {
    const rule = { cidaas: ["given_name", "family_name"], legacy: "name" };
    should(targetsOf(rule, "cidaas")).eql(["given_name", "family_name"]);
    should(targetsOf({ ...rule, direction: "to-legacy" }, "cidaas")).eql([]);
  });

  it("says in short what is not seen in its line", () => {
    const say = (rule: Record<string, unknown>) => summaryOf(toForm(rule), (key) => key.replace(/^rule\./, ""));
    should(say({ cidaas: "email", legacy: "mail" })).equal("");
    should(
      say({
        transform: "enum",
        options: {
          pairs: [
            ["A", "b"],
            ["C", 1],
          ],
        },
      }),
    ).equal("A = b · C = 1");
    should(say({ transform: "date", options: { legacyFormat: "dd.MM.yyyy" }, required: true })).equal(
      "option.legacyFormat: dd.MM.yyyy · required",
    );
    should(say({ write: environment("WRITE") })).equal(`write: ${environment("WRITE")}`);
  });
});

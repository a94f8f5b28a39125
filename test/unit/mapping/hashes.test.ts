import { createServer } from "node:http";
import fc from "fast-check";
import should from "should";
import { HASH_FORMATS } from "../../../lib/mapping/hashes/formats";
import type { CompiledMap } from "../../../lib/mapping/types";
import type { Json, JsonObject } from "../../../lib/sync/types";
import { type RunningSimulator, startSimulator } from "../../../simulator";
import { verifyPassword } from "../../../simulator/tenant/passwords";
import { PASSWORD, VECTORS, type Vector } from "./hash-vectors";
import { type Converted, verifyMd5 } from "./hash-verify";
import { mapOf, problemsOf } from "./helpers";

function hashMap(options: JsonObject, legacy: string | string[] = "pw"): CompiledMap {
  return mapOf({ cidaas: "password_hash_info", legacy, transform: "hash", options });
}

function convert({ options, legacy, record }: Pick<Vector, "options" | "legacy" | "record">): Json | undefined {
  return hashMap(options, legacy).map("to-cidaas", record).r?.values[0];
}

function asConverted(info: Json | undefined): Converted & { algorithmTypeId: string } {
  const { algorithmTypeId, passwordHash, hData = {} } = objectOf(info);
  const texts = Object.entries(objectOf(hData)).map(([name, value]) => [name, textOf(value)]);
  return {
    algorithmTypeId: textOf(algorithmTypeId),
    passwordHash: textOf(passwordHash),
    hData: Object.fromEntries(texts),
  };
}

function objectOf(value: Json | undefined): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Error("not an object");
}

function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw new Error("not a text");
}

describe("password hashes", () => {
  for (const vector of VECTORS)
    it(`are verified against what they are converted to: ${vector.name}`, () => {
      const info = asConverted(convert(vector));
      should(info.algorithmTypeId).equal(vector.algorithm);
      should(vector.verify(info, PASSWORD)).equal(true);
      should(vector.verify(info, `${PASSWORD}!`)).equal(false);
    });

  it("have a vector for every format", () => {
    const tested = new Set(VECTORS.map(({ options }) => options.format));
    should(HASH_FORMATS.filter((format) => !tested.has(format))).eql([]);
  });

  it("give the tenant's own id for Argon2 where the rule names one", () => {
    const [vector] = VECTORS.filter(({ options }) => options.format === "argon2");
    const options = { format: "argon2", algorithm: "ARGON2ID" };
    should(convert({ options, legacy: ["pw"], record: vector?.record ?? {} })).match({ algorithmTypeId: "ARGON2ID" });
  });

  it("hand a custom text over as it is, and further columns under the names of their paths", () => {
    const options = { format: "custom", algorithm: "CUSTOM_SCRYPT" };
    const record = { pw: " $P$Babc ", kdf: { salt: " s ", N: 16384, r: 8, p: null } };
    should(convert({ options, legacy: ["pw", "kdf.salt", "kdf.N", "kdf.r", "kdf.p"], record })).eql({
      algorithmTypeId: "CUSTOM_SCRYPT",
      passwordHash: "$P$Babc",
      hData: { salt: " s ", N: "16384", r: "8" },
    });
  });

  it("go to cidaas only, and compare equal to what was written there", () => {
    const map = hashMap({}, "pw");
    const mapped = map.map("to-cidaas", { pw: `$2y$12$${"a".repeat(53)}` }).r;
    should(map.canonical("cidaas", "r", mapped?.values ?? [])).equal(mapped?.source);
    should(map.map("to-legacy", { password_hash_info: { algorithmTypeId: "SHA1", passwordHash: "x" } })).eql({});
  });

  it("are left out where the user has no password", () => {
    const none: [JsonObject, string[], JsonObject][] = [
      [{ format: "django" }, ["pw"], { pw: "!k3Jd02" }],
      [{ format: "auto" }, ["pw"], { pw: "!" }],
      [{ format: "sha1-hex" }, ["pw", "salt"], { pw: "", salt: "left over" }],
      [{ format: "keycloak" }, ["credentials"], { credentials: [{ type: "otp", secretData: "{}" }] }],
    ];
    for (const [options, legacy, record] of none) should(convert({ options, legacy, record })).equal(undefined);
  });

  it("are another value for the ledger as soon as any part of them changes", () => {
    const map = hashMap({ format: "sha1-hex" }, ["pw", "salt"]);
    const source = (pw: string, salt: string) => map.map("to-cidaas", { pw, salt }).r?.source;
    const [pw, other] = ["ab".repeat(20), "cd".repeat(20)];
    should(source(pw, "a")).equal(source(pw.toUpperCase(), "a"));
    should(new Set([source(pw, "a"), source(pw, "b"), source(other, "a")]).size).equal(3);
  });
});

describe("hashes that other programs made", () => {
  // Known from the tests and documentation of those programs, so that no layout is only what this package takes it for.
  const published: [string, string, string][] = [
    ["crypt_blowfish", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["Argon2", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"],
    ["Django", "not a password", "pbkdf2_sha256$10000$kjVJaVz6qsnJ$5yPHw3rwJGECpUf70daLGhOrQ5+AMxIJdz1c3bqK1Rs="],
    ["Passlib", "password", "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"],
    [
      "ASP.NET Identity",
      "my password",
      "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==",
    ],
    ["LDAP {SHA}", "password", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="],
    ["LDAP {SSHA}", "secret", "{SSHA}0H+zTv8o4MR4H43n03eCsvw1luG8LdB7"],
  ];
  for (const [program, password, pw] of published)
    it(`are read as they were meant: ${program}`, () => {
      const info = asConverted(convert({ options: { format: "auto" }, legacy: ["pw"], record: { pw } }));
      should(verifyPassword({ ...info, migrated: true }, password)).equal(true);
      should(verifyPassword({ ...info, migrated: true }, `${password}!`)).equal(false);
    });
});

describe("hashes that must not be sent", () => {
  const phc = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQwMDAw$aGFzaGhhc2hoYXNoaGFzaA";
  const b64 = (text: string) => Buffer.from(text).toString("base64");
  const credential = (hashIterations: Json, algorithm = "pbkdf2-sha256") => ({
    secretData: JSON.stringify({ value: b64("v".repeat(32)), salt: b64("salt") }),
    credentialData: JSON.stringify({ hashIterations, algorithm }),
  });
  const aspnet = (head: string) => Buffer.from(head + "aa".repeat(48), "hex").toString("base64");
  const refused: [string, string, Json][] = [
    ["a text of no known kind", "auto", "5f4dcc3b5aa765d61d8327deb882cf99"],
    ["phpass", "auto", "$P$B12345678abcdefghijklmnopqrstuv"],
    ["the bcrypt of WordPress 6.8, which hashes a digest", "auto", `$wp$2y$10$${"a".repeat(53)}`],
    ["a bcrypt cost without an id", "auto", `$2b$31$${"a".repeat(53)}`],
    ["a bcrypt text too long by one", "bcrypt", `$2b$10$${"a".repeat(54)}`],
    ["Argon2 with the memory of a whole machine", "auto", phc.replace("65536", "4294967295")],
    ["Argon2 with too many passes", "argon2", phc.replace("t=3", "t=9999")],
    ["Argon2 with no lane", "argon2", phc.replace("p=4", "p=0")],
    ["Argon2 without salt", "argon2", phc.replace("c29tZXNhbHQwMDAw", "")],
    ["bcrypt_sha256 of Django", "django", `bcrypt_sha256$$2b$12$${"a".repeat(53)}`],
    ["PBKDF2 with too many iterations", "django", `pbkdf2_sha256$9999999999$salt$${b64("h".repeat(32))}`],
    ["PBKDF2 with iterations that are no number", "django", `pbkdf2_sha256$1e3$salt$${b64("h".repeat(32))}`],
    ["PBKDF2 cut off", "django", `pbkdf2_sha256$1000$salt$${b64("short")}`],
    [
      "PBKDF2 with a digest cidaas cannot know",
      "passlib-pbkdf2",
      `$pbkdf2-md5$10$${b64("salt")}$${b64("h".repeat(30))}`,
    ],
    ["ASP.NET Identity of another version", "aspnet-identity-v3", aspnet("00000000010000271000000010")],
    ["ASP.NET Identity with an unknown digest", "aspnet-identity-v3", aspnet("01000000090000271000000010")],
    ["ASP.NET Identity whose salt is longer than the text", "auto", aspnet("010000000100002710ffffffff")],
    ["ASP.NET Identity with endless iterations", "auto", aspnet("0100000001ffffffff00000010")],
    ["a Keycloak credential of another type", "keycloak", { type: "otp", ...credential(1000) }],
    ["a Keycloak credential of an unknown algorithm", "keycloak", credential(1000, "scrypt")],
    ["a Keycloak credential without iterations", "keycloak", credential(null)],
    ["a Keycloak credential of broken JSON", "keycloak", { secretData: "{broken", credentialData: "{}" }],
    ["SHA-1 of a wrong length", "sha1-hex", "ab".repeat(19)],
    ["SHA-256 in Base64", "sha256-hex", b64("h".repeat(32))],
    ["{SSHA} without salt", "ssha", `{SSHA}${b64("h".repeat(20))}`],
    ["{SHA} with salt", "sha-ldap", `{SHA}${b64("h".repeat(28))}`],
    ["{SSHA} for {SSHA256}", "ssha256", `{SSHA}${b64("h".repeat(40))}`],
    ["{SSHA512}", "auto", `{SSHA512}${b64("h".repeat(72))}`],
    ["an object", "auto", { $2b$: 1 }],
    ["a text of a megabyte", "auto", `$2b$10$${"a".repeat(1_000_000)}`],
  ];
  for (const [what, format, value] of refused) {
    it(`are an error of their user, which does not tell them: ${what}`, () => {
      const problems = problemsOf(hashMap({ format }), "to-cidaas", { pw: value });
      should(problems).have.length(1);
      should(problems[0]).match({ rule: "r", path: "pw", code: "HASH_UNKNOWN" });
      const told = JSON.stringify(problems);
      for (const word of wordsOf(value)) should(told.includes(word)).equal(false);
    });
  }

  it("are those whose salt is missing or too long", () => {
    const map = hashMap({ format: "sha1-hex" }, ["pw", "salt"]);
    for (const salt of [null, "", "s".repeat(257), "\ud800"])
      should(problemsOf(map, "to-cidaas", { pw: "ab".repeat(20), salt })).match([{ code: "HASH_UNKNOWN" }]);
  });

  it("are PBKDF2 hashes of another digest than the one that the rule names", () => {
    const hash = (name: string) => `${name}$10$${b64("salt").replace(/=/g, "")}$${b64("h".repeat(33))}`;
    const map = hashMap({ digest: "sha512" });
    should(problemsOf(map, "to-cidaas", { pw: hash("$pbkdf2-sha256") })).match([{ message: /not made with sha512/ }]);
    should(problemsOf(map, "to-cidaas", { pw: hash("$pbkdf2-sha512") })).eql([]);
  });

  it("make no other error than HASH_UNKNOWN, whatever a legacy system holds", () => {
    const maps = HASH_FORMATS.map((format) => {
      const columns = format === "hmac-sha-256" ? ["pw", "salt"] : ["pw"];
      return hashMap(format === "custom" ? { format, algorithm: "CUSTOM_X" } : { format }, columns);
    });
    const beginnings = ["", "$2b$10$", "$argon2id$v=19$", "pbkdf2_sha256$1$", "$pbkdf2$1$", "{SSHA}", "AQAAAA", "!"];
    const text = fc.tuple(fc.constantFrom(...beginnings), fc.string({ unit: "binary" })).map((parts) => parts.join(""));
    const member = fc.constantFrom("type", "secretData", "credentialData", "algorithm", "value", "__proto__");
    const tree = fc.oneof(text, fc.jsonValue({ maxDepth: 4 }), fc.dictionary(member, fc.oneof(text, fc.json())));
    fc.assert(
      fc.property(tree, fc.oneof(text, fc.integer(), fc.constant(null)), (pw, salt) => {
        const record: JsonObject = { pw: JSON.parse(JSON.stringify(pw)), salt };
        for (const map of maps)
          for (const { code } of problemsOf(map, "to-cidaas", record)) should(code).equal("HASH_UNKNOWN");
      }),
    );
  });
});

describe("the options of a hash rule", () => {
  const wrong: [string, JsonObject, string[], RegExp][] = [
    ["too many paths", { format: "bcrypt" }, ["a", "b"], /"bcrypt" takes 1 legacy path, the hash first/],
    ["too few paths", { format: "hmac-sha-256" }, ["a"], /"hmac-sha-256" takes 2 legacy paths/],
    ["no id of a custom algorithm", { format: "custom" }, ["a"], /"algorithm" is missing: the id CUSTOM…/],
    ["an id that is not custom", { format: "custom", algorithm: "MD5" }, ["a"], /begins with CUSTOM/],
    ["an id with blanks", { format: "custom", algorithm: "CUSTOM X" }, ["a"], /begins with CUSTOM/],
    ["an id where none is used", { format: "bcrypt", algorithm: "BCRYPT_9" }, ["a"], /takes no option "algorithm"/],
    ["two columns of one name", { format: "custom", algorithm: "CUSTOM" }, ["a", "b.salt", "c.salt"], /the same name/],
    ["an unknown format", { format: "md5" }, ["a"], /"format" must be one of auto, bcrypt/],
  ];
  for (const [what, options, legacy, message] of wrong)
    it(`are refused at the deploy: ${what}`, () => {
      should(() => hashMap(options, legacy)).throw(message);
    });
});

describe("a login at the tenant with a migrated hash", () => {
  let simulator: RunningSimulator;
  const service = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { passwordVerification, password, algorithm } = JSON.parse(Buffer.concat(chunks).toString());
      const isKnown = request.url === "/verify?action=compare" && algorithm === "CUSTOM_MD5";
      const verified = isKnown && verifyMd5(passwordVerification, password);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data: { verified } }));
    });
  });

  before(async () => {
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const address = service.address();
    const port = typeof address === "object" ? address?.port : "";
    const users = VECTORS.map((vector, place) => ({
      email: `user${place}@example.org`,
      password_hash_info: convert(vector) ?? null,
    }));
    simulator = await startSimulator({ tenant: { users, verificationUrl: `http://127.0.0.1:${port}/verify` } });
  });
  after(async () => {
    await simulator.close();
    service.close();
    service.closeAllConnections();
  });

  for (const [place, { name }] of VECTORS.entries())
    it(`takes the password, and no other: ${name}`, async () => {
      const login = async (password: string) => {
        const response = await fetch(`${simulator.tenant.url}/simulator/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ identifier: `user${place}@example.org`, password }),
        });
        return response.status;
      };
      should(await login(`${PASSWORD}!`)).equal(401);
      should(await login(PASSWORD)).equal(200);
    });
});

/** The parts of a value that would tell something of it. */
function wordsOf(value: Json): string[] {
  if (typeof value === "string") return value.length >= 8 ? [value, value.slice(-12)] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}

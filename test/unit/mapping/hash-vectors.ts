import { argon2Sync, createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { JsonObject } from "../../../lib/sync/types";
import { hashSync } from "../../../simulator/vendor/bcryptjs";
import { type Verify, verifyArgon2, verifyBcrypt, verifyHmac, verifyMd5, verifyPbkdf2, verifySha } from "./hash-verify";

/** With letters outside of ASCII, so that a mistake in their encoding shows. */
export const PASSWORD = "pässwörd 1";

/** A hash as a legacy system stores it, and how to check a password against what became of it. */
export interface Vector {
  name: string;
  options: JsonObject;
  /** Paths of a rule, and the record that holds the hash. */
  legacy: string[];
  record: JsonObject;
  algorithm: string;
  verify: Verify;
}

const SALT = Buffer.from("00ff10e38a77c05510203040aabbccdd", "hex");
const base64 = (bytes: Buffer): string => bytes.toString("base64");
const unpadded = (bytes: Buffer): string => base64(bytes).replace(/=+$/, "");
const passlibText = (bytes: Buffer): string => unpadded(bytes).replaceAll("+", ".");

const pbkdf2 = (digest: string, salt: Buffer | string, iterations: number, length: number): Buffer =>
  pbkdf2Sync(PASSWORD, salt, iterations, length, digest);
const sha = (digest: string, ...parts: (string | Buffer)[]): Buffer =>
  createHash(digest)
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();

const COST = { memory: 256, passes: 2, parallelism: 1 };
const argon2 = (variant: "argon2id" | "argon2i" | "argon2d"): Buffer =>
  argon2Sync(variant, { message: PASSWORD, nonce: SALT, tagLength: 32, ...COST });
const phc = (variant: "argon2id" | "argon2i" | "argon2d"): string =>
  `$${variant}$v=19$m=${COST.memory},t=${COST.passes},p=1$${unpadded(SALT)}$${unpadded(argon2(variant))}`;

function aspnet(digest: string, place: number, iterations: number, length: number): string {
  const head = Buffer.alloc(13);
  head[0] = 1;
  for (const [index, value] of [place, iterations, SALT.length].entries()) head.writeUInt32BE(value, 1 + index * 4);
  return base64(Buffer.concat([head, SALT, pbkdf2(digest, SALT, iterations, length)]));
}

function credential(algorithm: string, digest: string, length: number): JsonObject {
  return {
    type: "password",
    secretData: JSON.stringify({
      value: base64(pbkdf2(digest, SALT, 50, length)),
      salt: base64(SALT),
      additionalParameters: {},
    }),
    credentialData: JSON.stringify({ hashIterations: 50, algorithm, additionalParameters: {} }),
  };
}

const KEYCLOAK_ARGON2: JsonObject = {
  type: "password",
  secretData: JSON.stringify({ value: base64(argon2("argon2id")), salt: base64(SALT) }),
  credentialData: JSON.stringify({
    hashIterations: COST.passes,
    algorithm: "argon2",
    additionalParameters: { hashLength: ["32"], memory: ["256"], type: ["id"], version: ["1.3"], parallelism: ["1"] },
  }),
};

function text(name: string, format: string, value: string, algorithm: string, verify: Verify): Vector[] {
  const vector = { name, options: { format }, legacy: ["pw"], record: { pw: value }, algorithm, verify };
  return SELF_DESCRIBING.has(format)
    ? [vector, { ...vector, name: `${name}, told by its text`, options: { format: "auto" } }]
    : [vector];
}

const SELF_DESCRIBING = new Set([
  ...["bcrypt", "argon2", "django", "aspnet-identity-v3", "passlib-pbkdf2", "ssha", "sha-ldap", "ssha256"],
]);

function columns(name: string, options: JsonObject, record: JsonObject, algorithm: string, verify: Verify): Vector {
  return { name, options, legacy: Object.keys(record), record, algorithm, verify };
}

const BCRYPT = hashSync(PASSWORD, 4);
const keycloakSha256 = credential("pbkdf2-sha256", "sha256", 64);

export const VECTORS: readonly Vector[] = [
  ...text("bcrypt $2b$", "bcrypt", BCRYPT, "BCRYPT_4", verifyBcrypt),
  ...text("bcrypt $2y$", "bcrypt", BCRYPT.replace("$2b$", "$2y$"), "BCRYPT_4", verifyBcrypt),
  ...text("bcrypt $2a$", "bcrypt", BCRYPT.replace("$2b$", "$2a$"), "BCRYPT_4", verifyBcrypt),
  ...text("bcrypt under {CRYPT}", "bcrypt", `{CRYPT}${BCRYPT}`, "BCRYPT_4", verifyBcrypt),
  ...text("bcrypt of Spring Security", "bcrypt", `{bcrypt}${BCRYPT}`, "BCRYPT_4", verifyBcrypt),
  ...text("Argon2id", "argon2", phc("argon2id"), "ARGON", verifyArgon2("argon2id")),
  ...text("Argon2id of an LDAP server", "argon2", `{ARGON2}${phc("argon2id")}`, "ARGON", verifyArgon2("argon2id")),
  ...text("Argon2i", "argon2", phc("argon2i"), "ARGON", verifyArgon2("argon2i")),
  ...text("Argon2d", "argon2", phc("argon2d"), "ARGON", verifyArgon2("argon2d")),
  ...text(
    "Django pbkdf2_sha256",
    "django",
    `pbkdf2_sha256$60$sAlT09$${base64(pbkdf2("sha256", "sAlT09", 60, 32))}`,
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  ...text(
    "Django pbkdf2_sha1",
    "django",
    `pbkdf2_sha1$60$sAlT09$${base64(pbkdf2("sha1", "sAlT09", 60, 20))}`,
    "PBKDF2",
    verifyPbkdf2("sha1"),
  ),
  ...text("Django argon2", "django", `argon2${phc("argon2id")}`, "ARGON", verifyArgon2("argon2id")),
  ...text("Django bcrypt", "django", `bcrypt$${BCRYPT}`, "BCRYPT_4", verifyBcrypt),
  ...text(
    "ASP.NET Identity v3 with SHA-1",
    "aspnet-identity-v3",
    aspnet("sha1", 0, 40, 32),
    "PBKDF2",
    verifyPbkdf2("sha1"),
  ),
  ...text(
    "ASP.NET Identity v3 with SHA-256",
    "aspnet-identity-v3",
    aspnet("sha256", 1, 40, 32),
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  ...text(
    "ASP.NET Identity v3 with SHA-512",
    "aspnet-identity-v3",
    aspnet("sha512", 2, 40, 32),
    "PBKDF2",
    verifyPbkdf2("sha512"),
  ),
  ...text(
    "Passlib $pbkdf2$",
    "passlib-pbkdf2",
    `$pbkdf2$30$${passlibText(SALT)}$${passlibText(pbkdf2("sha1", SALT, 30, 20))}`,
    "PBKDF2",
    verifyPbkdf2("sha1"),
  ),
  ...text(
    "Passlib $pbkdf2-sha256$",
    "passlib-pbkdf2",
    `$pbkdf2-sha256$30$${passlibText(SALT)}$${passlibText(pbkdf2("sha256", SALT, 30, 32))}`,
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  ...text(
    "Passlib $pbkdf2-sha512$",
    "passlib-pbkdf2",
    `$pbkdf2-sha512$30$${passlibText(SALT)}$${passlibText(pbkdf2("sha512", SALT, 30, 64))}`,
    "PBKDF2",
    verifyPbkdf2("sha512"),
  ),
  ...text(
    "LDAP {PBKDF2-SHA256}",
    "passlib-pbkdf2",
    `{PBKDF2-SHA256}30$${passlibText(SALT)}$${passlibText(pbkdf2("sha256", SALT, 30, 32))}`,
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  ...text(
    "SHA-1 in hex",
    "sha1-hex",
    sha("sha1", PASSWORD).toString("hex"),
    "SHA1",
    verifySha("sha1", "salt last", "utf8"),
  ),
  ...text(
    "SHA-256 in hex, in capitals",
    "sha256-hex",
    sha("sha256", PASSWORD).toString("hex").toUpperCase(),
    "SHA256",
    verifySha("sha256", "salt last", "utf8"),
  ),
  ...text(
    "LDAP {SSHA}",
    "ssha",
    `{SSHA}${base64(Buffer.concat([sha("sha1", PASSWORD, SALT), SALT]))}`,
    "SHA1",
    verifySha("sha1", "salt last", "base64"),
  ),
  ...text(
    "LDAP {ssha}",
    "ssha",
    `{ssha}${base64(Buffer.concat([sha("sha1", PASSWORD, SALT), SALT]))}`,
    "SHA1",
    verifySha("sha1", "salt last", "base64"),
  ),
  ...text(
    "LDAP {SHA}",
    "sha-ldap",
    `{SHA}${base64(sha("sha1", PASSWORD))}`,
    "SHA1",
    verifySha("sha1", "salt last", "base64"),
  ),
  ...text(
    "LDAP {SHA256}",
    "sha-ldap",
    `{SHA256}${base64(sha("sha256", PASSWORD))}`,
    "SHA256",
    verifySha("sha256", "salt last", "base64"),
  ),
  ...text(
    "LDAP {SSHA256}",
    "ssha256",
    `{SSHA256}${base64(Buffer.concat([sha("sha256", PASSWORD, SALT), SALT]))}`,
    "SHA256",
    verifySha("sha256", "salt last", "base64"),
  ),
  columns(
    "SHA-1 in hex with salt",
    { format: "sha1-hex" },
    { pw: sha("sha1", "s ält", PASSWORD).toString("hex"), salt: "s ält" },
    "SHA1",
    verifySha("sha1", "salt first", "utf8"),
  ),
  columns(
    "SHA-256 in hex with salt",
    { format: "sha256-hex" },
    { pw: sha("sha256", PASSWORD, "4711").toString("hex"), salt: 4711 },
    "SHA256",
    verifySha("sha256", "salt last", "utf8"),
  ),
  columns(
    "HMAC-SHA-256",
    { format: "hmac-sha-256" },
    { pw: createHmac("sha256", "key").update(PASSWORD).digest("hex"), key: "key" },
    "HMAC-SHA-256",
    verifyHmac,
  ),
  columns(
    "Keycloak credential",
    { format: "keycloak" },
    { credential: keycloakSha256 },
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  columns(
    "Keycloak credentials",
    { format: "keycloak" },
    { credentials: [{ type: "otp", secretData: "{}" }, credential("pbkdf2-sha512", "sha512", 64)] },
    "PBKDF2",
    verifyPbkdf2("sha512"),
  ),
  columns(
    "Keycloak pbkdf2",
    { format: "keycloak" },
    { credential: credential("pbkdf2", "sha1", 64) },
    "PBKDF2",
    verifyPbkdf2("sha1"),
  ),
  columns(
    "Keycloak argon2",
    { format: "keycloak" },
    { credentials: [KEYCLOAK_ARGON2] },
    "ARGON",
    verifyArgon2("argon2id"),
  ),
  columns(
    "Keycloak columns of JSON text",
    { format: "keycloak" },
    { secret_data: keycloakSha256.secretData ?? null, credential_data: keycloakSha256.credentialData ?? null },
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  columns(
    "Keycloak hash, salt and iterations in columns",
    { format: "keycloak" },
    { value: base64(pbkdf2("sha256", SALT, 70, 32)), salt: base64(SALT), hash_iterations: 70 },
    "PBKDF2",
    verifyPbkdf2("sha256"),
  ),
  columns(
    "custom with columns",
    { format: "custom", algorithm: "CUSTOM_MD5" },
    { pw: createHash("md5").update(`x${PASSWORD}`).digest("hex"), salt: "x" },
    "CUSTOM_MD5",
    verifyMd5,
  ),
];

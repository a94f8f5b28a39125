import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { compareSync } from "../vendor/bcryptjs";
import { isObject, type StoredPassword } from "./account";
import { verifyArgon2 } from "./argon2";

/** Low on purpose: a simulator logs in thousands of users, and keeps nothing worth guarding. */
const OWN_ITERATIONS = 1000;
const OWN_KEY_LENGTH = 32;
/** More would let one login stop the process. */
const MAX_ITERATIONS = 2_000_000;
const MAX_KEY_LENGTH = 512;
/** The digest and the encodings of a migrated PBKDF2 hash are not documented; each of these is tried. */
const PBKDF2_DIGESTS = ["sha256", "sha512", "sha1"];

const KNOWN_ALGORITHM = /^(SHA1|SHA256|PBKDF2|BCRYPT(_([1-9]|1\d|20))?|(ARGON|HMAC|CUSTOM)[\w-]*)$/;

/** Reads a `password_hash_info`; a text says what is wrong with it. */
export function parsePasswordHash(value: unknown): StoredPassword | string {
  if (!isObject(value)) return "password_hash_info is not an object";
  const { algorithmTypeId, passwordHash, hData = {} } = value;
  if (typeof algorithmTypeId !== "string" || !KNOWN_ALGORITHM.test(algorithmTypeId)) return "unknown algorithmTypeId";
  if (typeof passwordHash !== "string" || passwordHash === "") return "passwordHash is not a text";
  if (!isObject(hData)) return "hData is not an object";
  const parameters: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(hData)) {
    if (typeof parameter !== "string") return "hData has a value that is not a text";
    parameters[name] = parameter;
  }
  return { algorithmTypeId, passwordHash, hData: parameters, migrated: true };
}

/** The tenant's own hash of a password. */
export function hashOwn(password: string): StoredPassword {
  const salt = randomBytes(16).toString("base64");
  const hash = pbkdf2Sync(password, Buffer.from(salt, "base64"), OWN_ITERATIONS, OWN_KEY_LENGTH, "sha256");
  return {
    algorithmTypeId: "PBKDF2",
    passwordHash: hash.toString("hex"),
    hData: { salt, iterations: `${OWN_ITERATIONS}`, keylen: `${OWN_KEY_LENGTH}` },
    migrated: false,
  };
}

/** Whether this is the password behind the hash. Custom algorithms never match: a service verifies them. */
export function verifyPassword(stored: StoredPassword, password: string): boolean {
  const { algorithmTypeId: algorithm, passwordHash, hData } = stored;
  if (algorithm.startsWith("BCRYPT")) return verifyBcrypt(algorithm, passwordHash, password);
  if (algorithm.startsWith("ARGON")) return verifyArgon2(passwordHash, password);
  if (algorithm === "PBKDF2") return verifyPbkdf2(stored, password);
  if (algorithm === "SHA1" || algorithm === "SHA256") return verifySha(stored, password);
  if (algorithm !== "HMAC-SHA-256") return false;
  return matches(
    createHmac("sha256", hData.salt ?? "")
      .update(password)
      .digest(),
    passwordHash,
  );
}

/** Stands for any pepper configuration without system salt and delimiter: both orders and both encodings are tried. */
function verifySha({ algorithmTypeId, passwordHash, hData }: StoredPassword, password: string): boolean {
  return readingsOf(hData.salt ?? "").some((salt) =>
    [
      [salt, password],
      [password, salt],
    ].some((parts) => {
      const digest = createHash(algorithmTypeId.toLowerCase());
      for (const part of parts) digest.update(part);
      return matches(digest.digest(), passwordHash);
    }),
  );
}

/** The cost in the text has to be that of the algorithm's name. */
function verifyBcrypt(algorithm: string, hash: string, password: string): boolean {
  const cost = /^\$2[aby]\$(\d\d)\$.{53}$/.exec(hash)?.[1];
  if (cost === undefined) return false;
  if (algorithm !== "BCRYPT" && algorithm !== `BCRYPT_${Number(cost)}`) return false;
  return compareSync(password, hash);
}

function verifyPbkdf2({ passwordHash, hData }: StoredPassword, password: string): boolean {
  const iterations = Number(hData.iterations);
  const keyLength = Number(hData.keylen ?? OWN_KEY_LENGTH);
  if (!isWithin(iterations, MAX_ITERATIONS) || !isWithin(keyLength, MAX_KEY_LENGTH)) return false;
  return readingsOf(hData.salt ?? "").some((salt) =>
    PBKDF2_DIGESTS.some((digest) => matches(pbkdf2Sync(password, salt, iterations, keyLength, digest), passwordHash)),
  );
}

/** What the bytes of a salt may be: how it is encoded is not documented. */
function readingsOf(salt: string): Buffer[] {
  return [Buffer.from(salt, "base64"), Buffer.from(salt, "utf8")];
}

function isWithin(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= limit;
}

/** Compares in constant time with a hash in hex or Base64. */
function matches(digest: Buffer, text: string): boolean {
  const encoding = /^([0-9a-f]{2})+$/i.test(text) && text.length === digest.length * 2 ? "hex" : "base64";
  const expected = Buffer.from(text, encoding);
  return expected.length === digest.length && timingSafeEqual(expected, digest);
}

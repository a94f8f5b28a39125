import type { Json, JsonObject } from "../../sync/types";
import { isJsonObject } from "../json";
import { scalarText } from "../transforms/types";
import { argon2Info } from "./argon2";
import { digestOf, pbkdf2Info } from "./pbkdf2";
import { fromBase64, type HashFormat, type HashSettings, hashText, notA, wholeNumber } from "./types";

const PBKDF2 = /^pbkdf2(?:-(sha256|sha512))?$/;
/** What Keycloak calls the versions of Argon2, and what they are in a PHC text. */
const ARGON2_VERSIONS: ReadonlyMap<string, number> = new Map([
  ["1.0", 16],
  ["1.3", 19],
]);

/**
 * A password credential of Keycloak. One path: the credential, or the list of all credentials of the user. Two: its
 * `secretData` and `credentialData`. Three: hash and salt in Base64, and the iterations of PBKDF2.
 */
export const keycloak: HashFormat = {
  columns: { least: 1, most: 3 },
  read(columns, { digest }) {
    if (columns.length === 3) return fromColumns(columns, digest);
    const credential = columns.length === 2 ? { secretData: columns[0], credentialData: columns[1] } : columns[0];
    if (!Array.isArray(credential)) return fromCredential(credential, digest);
    const password = credential.find((entry) => isJsonObject(entry) && entry.type === "password");
    return password === undefined ? null : fromCredential(password, digest);
  },
};

function fromColumns([hash, salt, iterations]: Json[], digest: HashSettings["digest"]): JsonObject {
  const parts = {
    digest: null,
    iterations: wholeNumber(hashText(iterations)),
    salt: fromBase64(hashText(salt)),
    hash: fromBase64(hashText(hash)),
  };
  return orNone(pbkdf2Info(parts, digest));
}

function fromCredential(credential: unknown, digest: HashSettings["digest"]): JsonObject {
  const { type, secretData, credentialData } = membersOf(credential);
  const secret = membersOf(secretData);
  const data = membersOf(credentialData);
  if (type !== undefined && type !== "password") throw unknown();
  const algorithm = scalarText(data.algorithm);
  if (algorithm === "argon2") return argon2Info(phcText(secret, data));
  const pbkdf2 = PBKDF2.exec(algorithm);
  if (pbkdf2 === null) throw unknown();
  const parts = {
    digest: digestOf(pbkdf2[1] ?? "sha1"),
    iterations: wholeNumber(scalarText(data.hashIterations)),
    salt: fromBase64(scalarText(secret.salt)),
    hash: fromBase64(scalarText(secret.value)),
  };
  return orNone(pbkdf2Info(parts, digest));
}

/** The members of an object, or of JSON text that Keycloak keeps in a column. */
function membersOf(value: unknown): Partial<JsonObject> {
  if (typeof value !== "string") return isObject(value) ? value : {};
  try {
    const parsed: unknown = JSON.parse(hashText(value));
    return isObject(parsed) ? parsed : {};
  } catch {
    // A parser's message quotes the text.
    throw unknown();
  }
}

/** Parts of a record, or of parsed JSON, are JSON. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keycloak keeps the parameters of Argon2 apart, each as a list of one text. */
function phcText(secret: Partial<JsonObject>, data: Partial<JsonObject>): string {
  const parameters = membersOf(data.additionalParameters);
  const parameter = (name: string) => scalarText([parameters[name] ?? null].flat()[0]);
  const cost = `m=${parameter("memory")},t=${scalarText(data.hashIterations)},p=${parameter("parallelism")}`;
  const version = ARGON2_VERSIONS.get(parameter("version"));
  const [salt, hash] = [secret.salt, secret.value].map((part) => scalarText(part).replace(/=+$/, ""));
  return `$argon2${parameter("type")}$v=${version}$${cost}$${salt}$${hash}`;
}

function orNone(info: JsonObject | null): JsonObject {
  if (info === null) throw unknown();
  return info;
}

function unknown() {
  return notA("a password of Keycloak that cidaas can take (pbkdf2, pbkdf2-sha256, pbkdf2-sha512, argon2)");
}

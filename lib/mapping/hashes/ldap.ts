import { fromBase64, type HashFormat, hashInfo, hashText, notA, ONE_COLUMN } from "./types";

/** A scheme, then Base64 of the digest and, in the salted ones, of the salt behind it. */
const SCHEME = /^\{(S?SHA(?:256)?)\}([A-Za-z0-9+/]+={0,2})$/i;
const MAX_SALT = 64;

const ALGORITHMS: ReadonlyMap<string, { id: string; length: number; isSalted: boolean }> = new Map([
  ["SHA", { id: "SHA1", length: 20, isSalted: false }],
  ["SSHA", { id: "SHA1", length: 20, isSalted: true }],
  ["SHA256", { id: "SHA256", length: 32, isSalted: false }],
  ["SSHA256", { id: "SHA256", length: 32, isSalted: true }],
]);

/**
 * Hashes of LDAP servers. The digest is sent in hex, as the documentation asks. The salt follows the password in them, and
 * is random bytes: that order is set on the tenant by cidaas (`pepperOrder`), and how to write bytes is not documented, so
 * Base64 was chosen.
 */
function ldap(...schemes: string[]): HashFormat {
  return {
    columns: ONE_COLUMN,
    read([value]) {
      const [, scheme = "", text] = SCHEME.exec(hashText(value)) ?? [];
      const name = scheme.toUpperCase();
      const algorithm = schemes.includes(name) ? ALGORITHMS.get(name) : undefined;
      const bytes = fromBase64(text);
      if (algorithm === undefined || bytes === null || !fits(bytes.length - algorithm.length, algorithm.isSalted))
        throw notA(`a hash of the kind ${schemes.map((known) => `{${known}}`).join(" or ")}`);
      const hash = bytes.subarray(0, algorithm.length).toString("hex");
      const salt = bytes.subarray(algorithm.length).toString("base64");
      return hashInfo(algorithm.id, hash, algorithm.isSalted ? { salt } : {});
    },
  };
}

function fits(saltLength: number, isSalted: boolean): boolean {
  return isSalted ? saltLength >= 1 && saltLength <= MAX_SALT : saltLength === 0;
}

export const ssha = ldap("SSHA");
export const ssha256 = ldap("SSHA256");
export const shaLdap = ldap("SHA", "SHA256");
export const anyLdap = ldap(...ALGORITHMS.keys());

import type { JsonObject } from "../../sync/types";
import type { Digest } from "./formats";
import {
  fromBase64,
  type HashFormat,
  type HashSettings,
  hashInfo,
  hashText,
  notA,
  ONE_COLUMN,
  refusedHash,
  wholeNumber,
} from "./types";

/** One login must not take more of the tenant than this, whatever a record says. */
const MAX_ITERATIONS = 5_000_000;
const MAX_SALT = 256;
/** A shorter hash is cut off, a longer one is none. */
const KEY_LENGTH = { least: 16, most: 128 };

interface Pbkdf2 {
  /** Null where the layout does not say. */
  digest: Digest | null;
  iterations: number | null;
  salt: Buffer | null;
  hash: Buffer | null;
}

/**
 * A PBKDF2 hash as `password_hash_info`. The documentation leaves open how hash and salt are encoded and which digest the
 * tenant takes. Chosen here: the hash in hex like the other digests, the salt in Base64, because most salts are no text.
 * There is no member for the digest: `digest` of the rule keeps out hashes that the tenant would verify with another one.
 */
export function pbkdf2Info(
  { digest, iterations, salt, hash }: Pbkdf2,
  wanted: HashSettings["digest"],
): JsonObject | null {
  if (iterations === null || salt === null || hash === null) return null;
  if (salt.length === 0 || salt.length > MAX_SALT || hash.length < KEY_LENGTH.least || hash.length > KEY_LENGTH.most)
    return null;
  if (iterations > MAX_ITERATIONS) throw refusedHash("the PBKDF2 hash asks for more iterations than a login may cost");
  if (wanted !== "any" && digest !== null && digest !== wanted)
    throw refusedHash(`the PBKDF2 hash is not made with ${wanted}, the digest that the rule names; reset the password`);
  return hashInfo("PBKDF2", hash.toString("hex"), {
    salt: salt.toString("base64"),
    iterations: `${iterations}`,
    keylen: `${hash.length}`,
  });
}

/** Passlib and the LDAP schemes made like it: iterations, then salt and hash in Base64 with "." for "+", unpadded. */
const PASSLIB =
  /^(?:\$pbkdf2(-sha256|-sha512)?\$|\{PBKDF2(-SHA256|-SHA512|-SHA1)?\})(\d+)\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/i;

export const passlibPbkdf2: HashFormat = {
  columns: ONE_COLUMN,
  read([value], { digest: wanted }) {
    const [, mcf, ldap, iterations, salt, hash] = PASSLIB.exec(hashText(value)) ?? [];
    const parts = {
      digest: digestOf((mcf ?? ldap ?? "-sha1").slice(1)),
      iterations: wholeNumber(iterations),
      salt: fromBase64(salt?.replaceAll(".", "+")),
      hash: fromBase64(hash?.replaceAll(".", "+")),
    };
    const info = pbkdf2Info(parts, wanted);
    if (info === null) throw notA("a PBKDF2 hash of Passlib ($pbkdf2-sha256$…)");
    return info;
  },
};

/** Marker 1, then three numbers of four bytes each: the digest's place in this list, iterations, length of the salt. */
const ASPNET_DIGESTS = ["sha1", "sha256", "sha512"] as const;
const ASPNET = { marker: 1, digest: 1, iterations: 5, saltLength: 9, salt: 13 };

export const aspnetIdentityV3: HashFormat = {
  columns: ONE_COLUMN,
  read([value], { digest }) {
    const parts = readAspnet(fromBase64(hashText(value)));
    const info = parts && pbkdf2Info(parts, digest);
    if (info === null) throw notA("a hash of ASP.NET Identity, version 3");
    return info;
  },
};

function readAspnet(bytes: Buffer | null): Pbkdf2 | null {
  if (bytes === null || bytes.length <= ASPNET.salt || bytes[0] !== ASPNET.marker) return null;
  const digest = ASPNET_DIGESTS[bytes.readUInt32BE(ASPNET.digest)];
  const iterations = bytes.readUInt32BE(ASPNET.iterations);
  const end = ASPNET.salt + bytes.readUInt32BE(ASPNET.saltLength);
  if (digest === undefined || iterations === 0 || end >= bytes.length) return null;
  return { digest, iterations, salt: bytes.subarray(ASPNET.salt, end), hash: bytes.subarray(end) };
}

/** The digest of that name, however it is written; null for others. */
export function digestOf(name: string): Digest | null {
  const lower = name.toLowerCase();
  return lower === "sha1" || lower === "sha256" || lower === "sha512" ? lower : null;
}

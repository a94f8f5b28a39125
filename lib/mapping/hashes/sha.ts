import { type HashFormat, hashInfo, hashText, notA, saltText } from "./types";

/** A digest of that many bytes in hex, in small letters; null for anything else. */
export function hexDigest(text: string, length: number): string | null {
  return text.length === length * 2 && /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : null;
}

/**
 * SHA-1 or SHA-256 in hex, and a column for the salt if there is one. In which order the tenant joins salt and password is
 * set there by cidaas (`pepperOrder`); only the user's salt travels.
 */
function shaHex(algorithm: string, length: number): HashFormat {
  return {
    columns: { least: 1, most: 2 },
    read([value, salt], { paths }) {
      const hash = hexDigest(hashText(value), length);
      if (hash === null) throw notA(`a digest of ${algorithm} in hex`);
      return hashInfo(algorithm, hash, paths.length > 1 ? { salt: saltText(salt) } : {});
    },
  };
}

export const sha1Hex = shaHex("SHA1", 20);
export const sha256Hex = shaHex("SHA256", 32);

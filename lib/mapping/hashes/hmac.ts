import { hexDigest } from "./sha";
import { type HashFormat, hashInfo, hashText, notA, saltText } from "./types";

/** HMAC-SHA-256 of the password in hex, under the salt of the second column. */
export const hmacSha256: HashFormat = {
  columns: { least: 2, most: 2 },
  read([value, salt]) {
    const hash = hexDigest(hashText(value), 32);
    if (hash === null) throw notA("a digest of HMAC-SHA-256 in hex");
    return hashInfo("HMAC-SHA-256", hash, { salt: saltText(salt) });
  },
};

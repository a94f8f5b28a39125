import { argon2Info } from "./argon2";
import { bcrypt } from "./bcrypt";
import { digestOf, pbkdf2Info } from "./pbkdf2";
import { fromBase64, type HashFormat, hashText, notA, ONE_COLUMN, wholeNumber } from "./types";

/** Algorithm, iterations, salt as it stands, hash in Base64. */
const PBKDF2 = /^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]+)\$([A-Za-z0-9+/=]+)$/;
/** Django's own names in front of texts that describe themselves. */
const ARGON2_PREFIX = /^argon2(?=\$)/;
const BCRYPT_PREFIX = /^bcrypt\$(?=\$)/;
/** `set_unusable_password`: the user logs in another way, or not at all. */
const UNUSABLE = "!";

/** The hashers of Django. Not `bcrypt_sha256`, which hashes a digest of the password, and not `scrypt`. */
export const django: HashFormat = {
  columns: ONE_COLUMN,
  read([value], settings) {
    const text = hashText(value);
    if (text.startsWith(UNUSABLE)) return null;
    if (ARGON2_PREFIX.test(text)) return argon2Info(text.replace(ARGON2_PREFIX, ""));
    if (BCRYPT_PREFIX.test(text)) return bcrypt.read([text.replace(BCRYPT_PREFIX, "")], settings);
    const [, digest = "", iterations, salt = "", hash] = PBKDF2.exec(text) ?? [];
    const parts = {
      digest: digestOf(digest),
      iterations: wholeNumber(iterations),
      salt: Buffer.from(salt, "utf8"),
      hash: fromBase64(hash),
    };
    const info = pbkdf2Info(parts, settings.digest);
    if (info === null) throw notA("a hash of Django that cidaas can take (pbkdf2_sha256, pbkdf2_sha1, argon2, bcrypt)");
    return info;
  },
};

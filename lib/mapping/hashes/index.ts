import { argon2 } from "./argon2";
import { bcrypt } from "./bcrypt";
import { custom } from "./custom";
import { django } from "./django";
import type { HashFormatName } from "./formats";
import { hmacSha256 } from "./hmac";
import { keycloak } from "./keycloak";
import { anyLdap, shaLdap, ssha, ssha256 } from "./ldap";
import { aspnetIdentityV3, passlibPbkdf2 } from "./pbkdf2";
import { sha1Hex, sha256Hex } from "./sha";
import { type HashFormat, hashText, notA, ONE_COLUMN } from "./types";

/** How a text that describes itself begins, and who reads it. */
const BEGINNINGS: readonly [RegExp, HashFormat][] = [
  [/^(\{(crypt|CRYPT|bcrypt)\})?\$2[aby]\$/, bcrypt],
  [/^(\{ARGON2\})?\$argon2/i, argon2],
  [/^(pbkdf2_|bcrypt\$|argon2\$|!)/, django],
  [/^(\$pbkdf2|\{PBKDF2)/i, passlibPbkdf2],
  [/^\{S?SHA/i, anyLdap],
  // The marker 1 and the three zero bytes before the number of the digest.
  [/^AQAAAA/, aspnetIdentityV3],
];

const auto: HashFormat = {
  columns: ONE_COLUMN,
  read(columns, settings) {
    const text = hashText(columns[0]);
    const [, format] = BEGINNINGS.find(([beginning]) => beginning.test(text)) ?? [];
    if (format === undefined) throw notA("a hash that names its own algorithm");
    return format.read(columns, settings);
  },
};

/** Every layout by the name that the option `format` calls it. */
export const FORMATS: Readonly<Record<HashFormatName, HashFormat>> = {
  auto,
  bcrypt,
  argon2,
  django,
  keycloak,
  "aspnet-identity-v3": aspnetIdentityV3,
  "passlib-pbkdf2": passlibPbkdf2,
  "sha1-hex": sha1Hex,
  "sha256-hex": sha256Hex,
  ssha,
  "sha-ldap": shaLdap,
  ssha256,
  "hmac-sha-256": hmacSha256,
  custom,
};

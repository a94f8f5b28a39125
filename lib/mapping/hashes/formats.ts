/** The layouts of legacy password hashes, the default first. Pure data, which the editor reads too. */
export const HASH_FORMATS = [
  "auto",
  "bcrypt",
  "argon2",
  "django",
  "keycloak",
  "aspnet-identity-v3",
  "passlib-pbkdf2",
  "sha1-hex",
  "sha256-hex",
  "ssha",
  "sha-ldap",
  "ssha256",
  "hmac-sha-256",
  "custom",
] as const;

export type HashFormatName = (typeof HASH_FORMATS)[number];

/** What the option `digest` may be: with one of the names, PBKDF2 hashes of any other digest are refused. */
export const DIGEST_CHOICES = ["any", "sha1", "sha256", "sha512"] as const;

export type Digest = Exclude<(typeof DIGEST_CHOICES)[number], "any">;

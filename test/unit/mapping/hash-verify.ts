import { argon2Sync, createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { compareSync } from "../../../simulator/vendor/bcryptjs";

/** A `password_hash_info` whose members are known to be text. */
export interface Converted {
  passwordHash: string;
  hData: Record<string, string>;
}

/** Whether the password is behind what a hash became. */
export type Verify = (info: Converted, password: string) => boolean;

export const verifyBcrypt: Verify = ({ passwordHash }, password) => compareSync(password, passwordHash);
export const verifyHmac: Verify = ({ passwordHash, hData }, password) =>
  createHmac("sha256", hData.salt ?? "")
    .update(password)
    .digest("hex") === passwordHash;
export const verifyPbkdf2 =
  (digest: string): Verify =>
  ({ passwordHash, hData: { salt = "", iterations, keylen } }, password) =>
    pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), Number(keylen), digest).toString("hex") ===
    passwordHash;
export const verifyArgon2 =
  (variant: "argon2id" | "argon2i" | "argon2d"): Verify =>
  ({ passwordHash }, password) => {
    const [, name, , cost = "", salt = "", hash] = passwordHash.split("$");
    const [memory = 0, passes = 0, parallelism = 0] = cost.split(",").map((part) => Number(part.slice(2)));
    const nonce = Buffer.from(salt, "base64");
    const digest = argon2Sync(variant, { message: password, nonce, tagLength: 32, memory, passes, parallelism });
    return name === variant && digest.toString("base64").replace("=", "") === hash;
  };
/** Salt before or behind the password, in the encoding that the layout is sent with. */
export const verifySha =
  (digest: string, order: "salt first" | "salt last", encoding: "utf8" | "base64"): Verify =>
  ({ passwordHash, hData }, password) => {
    const salt = Buffer.from(hData.salt ?? "", encoding);
    const parts = order === "salt first" ? [salt, Buffer.from(password)] : [Buffer.from(password), salt];
    return createHash(digest).update(Buffer.concat(parts)).digest("hex") === passwordHash;
  };

/** What a verification service for salted MD5 does. */
export function verifyMd5({ passwordHash, hData }: Converted, password: string): boolean {
  return createHash("md5").update(`${hData.salt}${password}`).digest("hex") === passwordHash;
}

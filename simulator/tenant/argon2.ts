import { argon2Sync, timingSafeEqual } from "node:crypto";

const VARIANTS = ["argon2id", "argon2i", "argon2d"] as const;
/** PHC text. The library knows version 19 only. */
const PHC = /^\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** More would let one login stop the process; memory in KiB. */
const MOST = { memory: 262_144, passes: 100, lanes: 16 };

/** Node.js has it from 24.7 on. */
const hasArgon2 = typeof argon2Sync === "function";

/** Whether this is the password behind the text; never, where Node.js has no Argon2. */
export function verifyArgon2(text: string, password: string): boolean {
  const [, name, m, t, p, salt = "", hash = ""] = PHC.exec(text) ?? [];
  const variant = VARIANTS.find((known) => known === name);
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)];
  if (!hasArgon2 || variant === undefined) return false;
  if (memory > MOST.memory || passes > MOST.passes || parallelism > MOST.lanes) return false;
  const expected = Buffer.from(hash, "base64");
  try {
    const parameters = { message: password, nonce: Buffer.from(salt, "base64"), parallelism, memory, passes };
    const digest = argon2Sync(variant, { ...parameters, tagLength: expected.length });
    return timingSafeEqual(digest, expected);
  } catch {
    // Parameters out of the range that Argon2 is defined for.
    return false;
  }
}

import { createHmac } from "node:crypto";

const STEP_MS = 30_000;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The codes that are good at a moment: those of its 30-second step and of the two beside it, so that clocks may differ.
 * RFC 6238 with its defaults (HMAC-SHA-1, 6 digits); the tenant's parameters are not documented.
 *
 * @param now milliseconds since the epoch
 */
export function totpCodes(key: Buffer, now: number): string[] {
  const step = Math.floor(now / STEP_MS);
  return [step - 1, step, step + 1].map((counter) => hotp(key, counter));
}

/** The key's bytes: Base32 (RFC 4648, spaces and hyphens between groups allowed) where it is that, else UTF-8. */
export function totpKey(secret: string): Buffer {
  const letters = secret.toUpperCase().replace(/[\s-]/g, "").replace(/=+$/, "");
  if (!/^[A-Z2-7]+$/.test(letters)) return Buffer.from(secret, "utf8");
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of letters) {
    held = ((held << 5) | BASE32.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** RFC 4226, section 5.3. */
function hotp(key: Buffer, counter: number): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(Math.max(counter, 0)));
  const digest = createHmac("sha1", key).update(moving).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const truncated = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** DIGITS).padStart(DIGITS, "0");
}

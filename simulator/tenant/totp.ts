import { createHmac } from "node:crypto";

const PERIOD_MS = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Code of RFC 6238 with its defaults (SHA-1, 6 digits, 30 s); a key that is not Base32 is taken as its bytes. */
export function totpCode(key: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / PERIOD_MS)));
  const digest = createHmac("sha1", keyBytes(key)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return `${number % 1_000_000}`.padStart(6, "0");
}

function keyBytes(key: string): Buffer {
  const digits = key.replace(/=+$/, "");
  if (!/^[A-Z2-7]+$/i.test(digits)) return Buffer.from(key, "utf8");
  let bits = "";
  for (const digit of digits.toUpperCase()) {
    bits += BASE32.indexOf(digit).toString(2).padStart(5, "0");
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

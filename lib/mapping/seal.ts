import { createCipheriv, createDecipheriv, randomBytes as systemRandomBytes } from "node:crypto";
import { SyncError } from "../errors";
import type { Json } from "../sync/types";
import type { Sealer } from "./types";

/** How every sealed value begins. */
export const SEAL_PREFIX = "sealed:v1:";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealer with a new random key. What it seals can be opened by this sealer only, so not after a restart. */
export function createSealer(randomBytes: (size: number) => Buffer = systemRandomBytes): Sealer {
  const key = randomBytes(KEY_BYTES);

  function seal(value: Json): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
    return SEAL_PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  function open(text: string): Json {
    try {
      const bytes = Buffer.from(text.slice(SEAL_PREFIX.length), "base64url");
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      const value: Json = JSON.parse(opened.toString("utf8"));
      if (isSealed(text)) return value;
    } catch {
      // Told below: the reason would only help somebody who forges.
    }
    throw new SyncError(
      "SEAL_BROKEN",
      "A secret value was sealed before a restart or changed on the way; send the user through field-mapper again.",
    );
  }

  return { seal, isSealed, open };
}

function isSealed(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(SEAL_PREFIX);
}

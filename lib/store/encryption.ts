import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes, scrypt } from "node:crypto";
import { StoreError } from "../errors";
import type { Change, Intent } from "../sync/types";

const FORMAT = 1;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const IVS_DRAWN = 256;
const TAG_BYTES = 16;
const SALT_BYTES = 16;

/** What a ciphertext is for; bound to it as additional data, so that one cannot be put in the place of another. */
type Purpose = "change" | "intent" | "payload key" | "print key";

/** AES-256-GCM with a random IV per value. Layout: format byte, IV, tag, ciphertext. */
export class StoreCipher {
  readonly #key: KeyObject;
  #ivs = Buffer.alloc(0);

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  seal(plain: Buffer, purpose: Purpose): Buffer {
    const iv = this.#nextIv();
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([
      Buffer.from([FORMAT]),
      iv,
      Buffer.alloc(TAG_BYTES),
      cipher.update(plain),
      cipher.final(),
    ]);
    cipher.getAuthTag().copy(sealed, 1 + IV_BYTES);
    return sealed;
  }

  /** @returns the plain bytes, or null where key, purpose or content are not those of the sealing */
  open(sealed: Uint8Array, purpose: Purpose): Buffer | null {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < 1 + IV_BYTES + TAG_BYTES || bytes[0] !== FORMAT) return null;
    const iv = bytes.subarray(1, 1 + IV_BYTES);
    const tag = bytes.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    const start = decipher.update(bytes.subarray(1 + IV_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([start, decipher.final()]);
    } catch {
      return null;
    }
  }

  /** Random bytes are drawn for many values at once: a call for each would cost more than the encryption. */
  #nextIv(): Buffer {
    if (this.#ivs.length < IV_BYTES) this.#ivs = randomBytes(IV_BYTES * IVS_DRAWN);
    const iv = this.#ivs.subarray(0, IV_BYTES);
    this.#ivs = this.#ivs.subarray(IV_BYTES);
    return iv;
  }

  sealChange(change: Change): Buffer {
    return this.seal(Buffer.from(JSON.stringify(change)), "change");
  }

  /** @throws StoreError `STORE_CORRUPT`; what opens was written by `sealChange` and needs no further check */
  openChange(sealed: Uint8Array): Change {
    return JSON.parse(this.#openText(sealed, "change"));
  }

  sealIntent(intent: Intent): Buffer {
    return this.seal(Buffer.from(JSON.stringify(intent)), "intent");
  }

  /** @throws StoreError `STORE_CORRUPT`, as `openChange` */
  openIntent(sealed: Uint8Array): Intent {
    return JSON.parse(this.#openText(sealed, "intent"));
  }

  #openText(sealed: Uint8Array, purpose: Purpose): string {
    const plain = this.open(sealed, purpose);
    if (plain === null)
      throw new StoreError(
        "STORE_CORRUPT",
        `A stored ${purpose} cannot be decrypted; restore the store from a backup.`,
      );
    return plain.toString("utf8");
  }
}

/** What lies in the store; worthless without the secret. */
export interface StoredKeys {
  salt: Uint8Array;
  wrappedPayloadKey: Uint8Array;
  wrappedPrintKey: Uint8Array;
}

/** Random, made once per store. The secret only wraps them, so that another secret costs two small rows. */
export interface StoreKeys {
  payloadKey: Buffer;
  printKey: Buffer;
}

/** Keys of a new store. */
export function createKeys(): StoreKeys {
  return { payloadKey: randomBytes(KEY_BYTES), printKey: randomBytes(KEY_BYTES) };
}

/** The keys as they may lie in the store, to be opened with this secret only. */
export async function wrapKeys(secret: string, { payloadKey, printKey }: StoreKeys): Promise<StoredKeys> {
  const salt = randomBytes(SALT_BYTES);
  const wrapper = new StoreCipher(await deriveKey(secret, salt));
  return {
    salt,
    wrappedPayloadKey: wrapper.seal(payloadKey, "payload key"),
    wrappedPrintKey: wrapper.seal(printKey, "print key"),
  };
}

/**
 * Keys of an existing store. The tags of the wrapped keys are the check values that tell another secret.
 *
 * @returns null where the secret is another
 */
export async function openKeys(secret: string, stored: StoredKeys): Promise<StoreKeys | null> {
  const wrapper = new StoreCipher(await deriveKey(secret, stored.salt));
  const payloadKey = wrapper.open(stored.wrappedPayloadKey, "payload key");
  const printKey = wrapper.open(stored.wrappedPrintKey, "print key");
  return payloadKey === null || printKey === null ? null : { payloadKey, printKey };
}

/** scrypt, since a key typed by a person may be guessable; once per open, off the event loop. */
function deriveKey(secret: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize("NFC"), salt, KEY_BYTES, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

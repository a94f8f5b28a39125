import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { SyncError } from "../errors";

const CHUNK = 64 * 1024;

/** What tells one state of a file from another, without reading all of it. */
export interface Fingerprint {
  size: number;
  /** ms */
  modifiedAt: number;
  /** SHA-256 of the first 64 KiB, base64. */
  head: string;
}

/** A file that is read in chunks. */
export class SourceFile {
  readonly fingerprint: Fingerprint;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, fingerprint: Fingerprint) {
    this.#handle = handle;
    this.fingerprint = fingerprint;
  }

  /** Rejects with `BACKFILL_FILE`. */
  static async open(path: string): Promise<SourceFile> {
    const handle = await open(path, "r").catch((error: unknown) => Promise.reject(unreadable(error)));
    try {
      return new SourceFile(handle, await fingerprintOf(handle));
    } catch (error) {
      await handle.close();
      throw unreadable(error);
    }
  }

  /** Up to 64 KiB from an offset; empty at the end. Rejects with `BACKFILL_FILE`. */
  async read(offset: number): Promise<Buffer> {
    try {
      return await chunkAt(this.#handle, offset);
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** Rejects with `BACKFILL_FILE_CHANGED` once somebody has written to the file. */
  async checkUnchanged(): Promise<void> {
    const { size, modifiedAt } = await statOf(this.#handle);
    if (size !== this.fingerprint.size || modifiedAt !== this.fingerprint.modifiedAt) throw fileChanged();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export function fileChanged(): SyncError {
  return new SyncError(
    "BACKFILL_FILE_CHANGED",
    'The file is not the one that was begun with. Put that one back, or send the topic "restart" to load the new one from its beginning.',
  );
}

async function fingerprintOf(handle: FileHandle): Promise<Fingerprint> {
  const head = createHash("sha256").update(await chunkAt(handle, 0));
  return { ...(await statOf(handle)), head: head.digest("base64") };
}

async function statOf(handle: FileHandle): Promise<{ size: number; modifiedAt: number }> {
  const { size, mtimeMs } = await handle.stat();
  return { size, modifiedAt: Math.floor(mtimeMs) };
}

/** Always full but for the end of the file, so that a file has one fingerprint however the disk delivers it. */
async function chunkAt(handle: FileHandle, offset: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let length = 0;
  while (length < CHUNK) {
    const { bytesRead } = await handle.read(chunk, length, CHUNK - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return chunk.subarray(0, length);
}

function unreadable(error: unknown): SyncError {
  const { code } = Object(error);
  const reason = typeof code === "string" ? ` (${code})` : "";
  return new SyncError("BACKFILL_FILE", `The file cannot be read${reason}. Check its path and its permissions.`);
}

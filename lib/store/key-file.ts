import { randomBytes, randomUUID } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "../errors";

const KEY_BYTES = 32;
/** Length of 32 bytes in base64. */
const MIN_LENGTH = 44;

/**
 * Reads a key file.
 *
 * @returns the key as text; null where there is no such file
 * @throws StoreError `STORE_KEY_WRONG` for a file that holds no key, `STORE_UNAVAILABLE` for one that cannot be read
 */
export async function readKeyFile(path: string): Promise<string | null> {
  let text: string;
  try {
    text = (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw unusable(path, error);
  }
  if (text.length < MIN_LENGTH)
    throw new StoreError("STORE_KEY_WRONG", `The key file ${path} is damaged; restore it from a backup.`);
  return text;
}

/**
 * Generates a key file, readable by its owner only. It is complete and on disk before it gets its name, and never
 * replaces another.
 *
 * @returns the key as text
 * @throws StoreError `STORE_UNAVAILABLE`
 */
export async function createKeyFile(path: string): Promise<string> {
  const text = randomBytes(KEY_BYTES).toString("base64");
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    throw unusable(path, error);
  } finally {
    await rm(draft, { force: true });
  }
  return text;
}

/** Makes new names in a directory survive a power cut; Windows has no such call and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unusable(path: string, error: unknown): StoreError {
  return new StoreError(
    "STORE_UNAVAILABLE",
    `The key file ${path} cannot be used (${codeOf(error)}); check the directory and its rights.`,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

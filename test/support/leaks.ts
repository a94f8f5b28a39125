import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What came out of a system under test, by the place where it was found. */
export type Places = Record<string, readonly (string | Buffer)[]>;

/** The places that show a secret, as it is or only written in another way. */
export function placesThatShow(secret: string, places: Places): string[] {
  const texts = spellings(secret);
  return Object.entries(places)
    .filter(([, contents]) => contents.some((content) => texts.some((text) => Buffer.from(content).includes(text))))
    .map(([place]) => place);
}

/** The ways in which a text may be written down without having been sealed. */
function spellings(secret: string): (string | Buffer)[] {
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [secret, escaped, bytes.toString("hex"), Buffer.from(secret, "utf16le"), ...inBase64(secret)];
}

/** Where a text begins within longer bytes decides its Base64; the first and last groups hold some of its neighbours. */
function inBase64(secret: string): string[] {
  return ["", "x", "xx"].flatMap((before) => {
    const bytes = Buffer.from(before + secret);
    return [bytes.toString("base64").slice(4, -4), bytes.toString("base64url").slice(4, -4)];
  });
}

/** Every file in a user directory by its path, but not the packages in it. */
export function readFiles(directory: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isFile()) files.set(path, readFileSync(path));
    else if (entry.isDirectory() && entry.name !== "node_modules")
      for (const [inner, content] of readFiles(path)) files.set(inner, content);
  }
  return files;
}

import { SyncError } from "../errors";
import { endOfLine } from "./ndjson";
import { type FindEnd, LINE_FEED } from "./splitter";
import type { Format, Parsed } from "./types";

const QUOTE = 0x22;

/**
 * CSV as RFC 4180 has it, with any separator of one ASCII character. All values are text. A quote opens a quoted field only
 * at its very beginning; inside an unquoted field it is a character like any other.
 *
 * A broken record is given up as a whole, up to where its quotes close: to go on at the next line end would let a user
 * write whole records into a field of free text.
 */
export function csvFormat(header: readonly string[], separator: string): Format {
  return { boundaries: () => csvBoundaries(separator), parse: (text) => parseRow(text, header, separator) };
}

/** The names of the columns. Throws `BACKFILL_HEADER` where they cannot be the members of a record. */
export function readHeader(text: string, separator: string): string[] {
  const names = splitRow(text, separator)?.map((name) => name.trim()) ?? [];
  const isUsable = names.length > 0 && !names.includes("") && new Set(names).size === names.length;
  if (isUsable) return names;
  throw new SyncError(
    "BACKFILL_HEADER",
    "The first line of the file must name each column once. Check the file, and the separator.",
  );
}

/** Finds line ends outside quoted fields. */
export function csvBoundaries(separator: string): FindEnd {
  const between = separator.charCodeAt(0);
  let state: "begin" | "plain" | "quoted" | "closed" = "begin";
  return (bytes, from) => {
    // Most records have no quotes: these two searches are far faster than the loop.
    const lineEnd = endOfLine(bytes, from);
    if (state === "begin" && lineEnd >= 0 && !bytes.subarray(from, lineEnd).includes(QUOTE)) return lineEnd;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (state === "quoted") {
        if (byte === QUOTE) state = "closed";
      } else if (byte === LINE_FEED) {
        state = "begin";
        return at + 1;
      } else if (byte === between) state = "begin";
      else if (byte === QUOTE && state !== "plain") state = "quoted";
      else state = "plain";
    }
    return -1;
  };
}

function parseRow(text: string, header: readonly string[], separator: string): Parsed {
  const row = withoutLineEnd(text);
  if (row === "") return null;
  const values = splitRow(row, separator);
  if (values === null) return unusable("The quotes of the record do not close, or text follows a closing quote.");
  if (values.length !== header.length) {
    return unusable(`The record has ${values.length} values, but the first line names ${header.length} columns.`);
  }
  // Never an assignment: a column may be named "__proto__".
  return { record: Object.fromEntries(header.map((name, index) => [name, values[index] ?? ""])) };
}

function unusable(message: string): Parsed {
  return { unusable: { code: "BACKFILL_CSV", message } };
}

/** The fields of one record; null where its quotes are wrong. */
export function splitRow(text: string, separator: string): string[] | null {
  const row = withoutLineEnd(text);
  if (!row.includes('"')) return row.split(separator);
  const fields: string[] = [];
  let from = 0;
  for (;;) {
    const field = row[from] === '"' ? quotedField(row, from) : plainField(row, from, separator);
    if (field === null) return null;
    fields.push(field.value);
    if (field.end === row.length) return fields;
    if (row[field.end] !== separator) return null;
    from = field.end + 1;
  }
}

interface Field {
  value: string;
  /** Index after it: of a separator, or of what should be one. */
  end: number;
}

function plainField(row: string, from: number, separator: string): Field {
  const at = row.indexOf(separator, from);
  const end = at < 0 ? row.length : at;
  return { value: row.slice(from, end), end };
}

function quotedField(row: string, from: number): Field | null {
  let at = row.indexOf('"', from + 1);
  while (at >= 0 && row[at + 1] === '"') at = row.indexOf('"', at + 2);
  return at < 0 ? null : { value: row.slice(from + 1, at).replaceAll('""', '"'), end: at + 1 };
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n?$/, "");
}

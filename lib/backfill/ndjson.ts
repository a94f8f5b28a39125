import { isTooDeep, RECORD_DEPTH } from "../mapping/depth";
import { isJsonObject } from "../mapping/json";
import type { Json } from "../sync/types";
import { type FindEnd, LINE_FEED } from "./splitter";
import type { Format, Parsed } from "./types";

/** One JSON object per line. */
export const NDJSON: Format = { boundaries: () => endOfLine, parse: parseLine };

/** Lines end at line feeds, wherever they stand. */
export const endOfLine: FindEnd = (bytes, from) => {
  const at = bytes.indexOf(LINE_FEED, from);
  return at < 0 ? -1 : at + 1;
};

function parseLine(text: string): Parsed {
  if (text.trim() === "") return null;
  const value = parseJson(text);
  if (isJsonObject(value) && !isTooDeep(value, RECORD_DEPTH)) return { record: value };
  const message = `The line must hold one JSON object, nested at most ${RECORD_DEPTH} levels deep.`;
  return { unusable: { code: "BACKFILL_JSON", message } };
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    // Its sentence would show a part of the line.
    return null;
  }
}

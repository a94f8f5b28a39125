/** What the preview shows, out of the runtime's answer and the rows it was asked for. Pure. */
import { isJson } from "../../../../lib/mapping/json";
import { compilePath } from "../../../../lib/mapping/paths";
import type { JsonObject } from "../../../../lib/sync/types";
import type { Preview, RoundTripItem } from "./answers";
import { type JsonLine, jsonLines, type LinkOf } from "./json-lines";

import { shortJson } from "./record";

/** What there is to say of a rule, as its row shows it. */
export interface Mark {
  level: "error" | "warning" | "remark";
  text: string;
}

/** A rule as it was asked for: its id, and the row it stands in. */
export interface AskedRule {
  id: string;
  transform: string;
  link: number;
  /** Its place in the map as shown, from 1. */
  number: number;
}

export interface LinkedText {
  asked: AskedRule | null;
  text: string;
}

export interface LinkedRoundTrip extends RoundTripItem {
  asked: AskedRule | null;
  /** The reason as it is worded: a word that comes back as another one is more than a spelling. */
  wording: RoundTripItem["reason"] | "word";
  isWarning: boolean;
}

export interface PreviewView {
  /** What is wrong with the map, or with the record. */
  errors: LinkedText[];
  /** The mapped record; where something is wrong, as far as it goes. */
  lines: JsonLine[];
  roundTrip: LinkedRoundTrip[];
  unmapped: string[];
  /** Per row: what is wrong with its rule. */
  marks: Map<number, Mark[]>;
}

/** Another spelling and a way back that was never meant are worth a word, not a warning. */
const HARMLESS = ["one-way", "spelling"];
/** Transforms that put one word for another, so that two words for one are a loss, if not one that the sync minds. */
const WORD_LISTS = ["enum", "boolean"];

export function viewOf(preview: Preview, asked: readonly AskedRule[]): PreviewView {
  const byId = new Map(asked.map((rule) => [rule.id, rule]));
  const at = (position: number | null) => (position === null ? null : (asked[position] ?? null));
  const errors = [
    ...preview.problems.map(({ position, path, message }) => ({ asked: at(position), text: withPath(path, message) })),
    ...preview.rules.flatMap(({ position, error }) =>
      error === null ? [] : [{ asked: at(position), text: withPath(error.path, error.message) }],
    ),
    ...preview.errors.map(({ path, message }) => ({ asked: null, text: withPath(path, message) })),
  ];
  const roundTrip = preview.roundTrip.map((item) => linkRoundTrip(item, byId.get(item.rule) ?? null));
  const lines = jsonLines(preview.mapped ?? partsOf(preview), linkOfTargets(preview, asked));
  return { errors, lines, roundTrip, unmapped: preview.unmapped, marks: marksOf(errors, roundTrip) };
}

function linkRoundTrip(item: RoundTripItem, asked: AskedRule | null): LinkedRoundTrip {
  const isWord = item.reason === "spelling" && asked !== null && WORD_LISTS.includes(asked.transform);
  const wording = isWord ? "word" : item.reason;
  return { ...item, asked, wording, isWarning: !HARMLESS.includes(wording) };
}

/** What the rules that work give of a record in which another one fails. */
function partsOf({ rules }: Preview): JsonObject {
  const record: JsonObject = {};
  for (const { path, value } of rules.flatMap(({ target }) => target ?? []))
    if (isJson(value)) compilePath(path).set(record, value);
  return record;
}

function withPath(path: string, message: string): string {
  return path === "" ? message : `${path}: ${message}`;
}

function linkOfTargets(preview: Preview, asked: readonly AskedRule[]): LinkOf {
  const links = new Map<string, number>();
  for (const { position, target } of preview.rules) {
    const rule = asked[position];
    for (const { path } of rule ? (target ?? []) : []) if (rule) links.set(keyOf(keysOf(path)), rule.link);
  }
  return (keys) => links.get(keyOf(keys)) ?? null;
}

function keysOf(path: string): readonly string[] {
  try {
    return compilePath(path).keys;
  } catch {
    return [];
  }
}

function keyOf(keys: readonly string[]): string {
  return JSON.stringify(keys);
}

function marksOf(errors: readonly LinkedText[], roundTrip: readonly LinkedRoundTrip[]): Map<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  const put = (asked: AskedRule | null, mark: Mark) => {
    if (asked) marks.set(asked.link, [...(marks.get(asked.link) ?? []), mark]);
  };
  for (const { asked, text } of errors) put(asked, { level: "error", text });
  const failing = new Set(marks.keys());
  for (const { asked, isWarning, before, after, message } of roundTrip)
    if (isWarning && asked && !failing.has(asked.link))
      put(asked, { level: "warning", text: `${shortJson(before)} → ${shortJson(after)}: ${message}` });
  return marks;
}

import { type Json, type JsonObject, laneTo, otherSide, type Side } from "../sync/types";
import { isEmpty } from "./json";
import { isSame } from "./leaves";
import { compilePath, isWithin, type Path } from "./paths";
import type { LossReason, RoundTripLoss } from "./preview-types";
import { mapEach, mappedOf, masked, type RuleOutcome, sourcePaths, type TriedRule } from "./rule-outcomes";
import type { CompiledMap, Rule } from "./types";

interface Journey {
  map: CompiledMap;
  tried: readonly TriedRule[];
  side: Side;
  record: JsonObject;
  /** What became of the record's rules on the way there. */
  there: readonly RuleOutcome[];
}

/** A place in the record, the rule that reads it, and the rule that writes it on the way back. */
interface Place {
  path: Path;
  reader: RuleOutcome | null;
  writer: RuleOutcome | null;
}

interface Finding {
  reason: LossReason;
  message: string;
}

/** Maps a record there and back, and tells what does not come back as it was. */
export async function roundTrip(journey: Journey): Promise<RoundTripLoss[]> {
  const { map, tried, side, there } = journey;
  const back = await mapEach(tried, laneTo(side), map.buildMapped(laneTo(otherSide(side)), mappedOf(there)));
  const returned = map.buildMapped(laneTo(side), mappedOf(back));
  return placesOf(there, back, side).flatMap((place) => lossAt(place, returned, journey) ?? []);
}

function placesOf(there: readonly RuleOutcome[], back: readonly RuleOutcome[], side: Side): Place[] {
  const read = there.flatMap((reader) => sourcePaths(reader.rule, side).map((path) => ({ path, reader })));
  const written = back.flatMap((writer) => writer.rule[side].map((text) => ({ path: compilePath(text), writer })));
  const places = new Map<string, Place>();
  for (const { path, reader } of read) {
    const writer = written.find((other) => overlaps(path, other.path))?.writer ?? null;
    const key = path.keys.join("\n");
    // Of several rules that read one place, the one that brings it back speaks for it.
    if (!places.has(key) || writer?.rule === reader.rule) places.set(key, { path, reader, writer });
  }
  const unread = written.filter(({ path }) => !read.some((other) => overlaps(path, other.path)));
  return [...places.values(), ...unread.map((place) => ({ ...place, reader: null }))];
}

function overlaps({ keys: one }: Path, { keys: other }: Path): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

function lossAt(place: Place, returned: JsonObject, journey: Journey): RoundTripLoss | null {
  const { path, reader, writer } = place;
  const rule = (reader ?? writer)?.rule;
  const present = path.get(journey.record);
  const after = path.get(returned) ?? null;
  // A legacy record says nothing of a field that is not in it; in cidaas a field that is not there is empty.
  const isSilent = present === undefined && (journey.side === "legacy" || isEmpty(after));
  const before = present ?? null;
  if (!rule || isSilent || isSame(before, after)) return null;
  const shown = { secret: reader?.rule.secret === true || writer?.rule.secret === true };
  return {
    rule: rule.id,
    path: path.text,
    before: masked(shown, before),
    after: masked(shown, after),
    ...findingOf(place, returned, journey),
  };
}

function findingOf({ reader, writer }: Place, returned: JsonObject, { map, side, record }: Journey): Finding {
  if (reader?.problem) return { reason: "error", message: `it cannot be mapped: ${reader.problem.message}` };
  if (!writer) return { reason: "one-way", message: `no rule brings it back to the ${side} side` };
  if (writer.problem)
    return { reason: "error", message: `what it becomes cannot be mapped back: ${writer.problem.message}` };
  if (!reader) return lost("no rule reads it, and the way back writes another value");
  const { rule, mapped } = reader;
  const before = valuesAt(rule, side, record);
  const canonical = map.canonical(side, rule.id, before.map(orNull));
  if (side === "legacy" && before.includes(undefined))
    return lost("the record lacks another field of the rule, so the rule does not carry it");
  if (canonical === "" || mapped === null || mapped.values.every(isEmpty)) return emptied(rule, before);
  if (canonical === map.canonical(side, rule.id, valuesAt(rule, side, returned).map(orNull)))
    return { reason: "spelling", message: "it comes back in another spelling; the sync takes both for the same" };
  return lost("another value comes back: the way back does not undo the way there");
}

function lost(message: string): Finding {
  return { reason: "lost", message };
}

const WHEN_EMPTY = {
  skip: "an empty value is not carried (whenEmpty: skip)",
  clear: "an empty value clears the other side and comes back as null (whenEmpty: clear)",
  default: "an empty value is replaced by the default (whenEmpty: default)",
};

function emptied({ whenEmpty }: Rule, before: (Json | undefined)[]): Finding {
  const isFilled = !before.map(orNull).every(isEmpty);
  const prefix = isFilled ? "the transform leaves nothing of it, and " : "";
  return { reason: "empty", message: prefix + WHEN_EMPTY[whenEmpty] };
}

function valuesAt(rule: Rule, side: Side, record: JsonObject): (Json | undefined)[] {
  return rule[side].map((path) => compilePath(path).get(record));
}

function orNull(value: Json | undefined): Json {
  return value ?? null;
}

import { SyncError } from "../errors";
import { identifierValues } from "../mapping/identifiers";
import type { MappedRule } from "../mapping/types";
import type { Mark } from "../store/types";
import { emptyChange } from "../sync/change";
import type { News } from "../sync/decision";
import type { Change, Envelope, Identifier, Item, Json, JsonObject, RuleId, Side, Span } from "../sync/types";
import { BACKFILL, LIVE, otherSide } from "../sync/types";
import type { SyncContext } from "./context";
import { openValues } from "./secrets";

/** What `field-mapper` notes in an item of the envelope: the source's prints, times and identifiers. */
export function sourceOf(
  context: SyncContext,
  side: Side,
  mapped: Record<RuleId, MappedRule>,
  facts: { verified: boolean; updatedAt: number | null },
): NonNullable<Item["source"]> {
  const rules: Record<RuleId, { print: string; at: number | null }> = {};
  for (const [rule, value] of Object.entries(mapped)) {
    rules[rule] = { print: context.printer.value(rule, side, value.source), at: value.at };
  }
  const values = Object.fromEntries(Object.entries(mapped).map(([rule, value]) => [rule, value.values]));
  return {
    rules,
    identifiers: identifiersOf(context, otherSide(side), values, facts.verified),
    updatedAt: facts.updatedAt,
  };
}

/** Identifier prints of rule values of one side; `verified` says whether that side trusts the e-mail. */
export function identifiersOf(
  context: SyncContext,
  side: Side,
  values: Record<RuleId, Json[]>,
  verified: boolean,
): Identifier[] {
  return identifierValues(context.map, side, values).map(({ kind, canonical }) => ({
    kind,
    print: context.printer.identifier(kind, canonical),
    verified: kind === "email" && verified,
  }));
}

/** The marks of a message of mapped legacy records: what `bulk-batcher` commits before it reports them as accepted. */
export function marksOf(context: SyncContext, envelope: Envelope, records: readonly JsonObject[]): Mark[] {
  return envelope.items.map((item, index) => {
    const record = records[index];
    if (!record) throw envelopeBroken();
    return { legacyId: item.legacyId, change: changeOf(context, item, record) };
  });
}

function changeOf(context: SyncContext, item: Item, record: JsonObject): Change {
  const backfill = item.backfill ?? null;
  const change: Change = {
    ...emptyChange(item.kind, context.now()),
    span: item.occurredAt === null ? null : { first: item.occurredAt, last: item.occurredAt },
    priority: backfill === null ? LIVE : BACKFILL,
    backfill,
    identifiers: item.source?.identifiers ?? [],
  };
  if (item.kind === "delete") return change;
  const values = openValues(context, context.map.extract("cidaas", record));
  for (const [rule, source] of Object.entries(item.source?.rules ?? {})) {
    const carried = values[rule];
    if (carried) change.rules[rule] = { at: source.at ?? item.occurredAt, source: source.print, values: carried };
  }
  return change;
}

/** News of values that travelled with the change (to-cidaas). */
export function newsOfCarried(
  context: SyncContext,
  { rules, receivedAt }: Pick<Change, "rules" | "receivedAt">,
): Record<RuleId, News> {
  const news: Record<RuleId, News> = {};
  for (const [rule, carried] of Object.entries(rules)) {
    if (!context.map.rule(rule)) continue;
    const canonical = context.map.canonical("cidaas", rule, carried.values);
    const seenAt = carried.seen ?? carried.at;
    news[rule] = {
      source: carried.source,
      target: context.printer.value(rule, "cidaas", canonical),
      span: carried.at === null ? null : { first: carried.at, last: carried.at },
      ...(seenAt === null ? { receivedAt } : { seenAt }),
      ...(carried.state ? { state: carried.state } : {}),
    };
  }
  return news;
}

/** News of a message that was read and mapped in the flow (to-legacy). */
export function newsOfMapped(
  context: SyncContext,
  item: Item,
  values: Record<RuleId, Json[]>,
  span: Span | null,
): Record<RuleId, News> {
  const news: Record<RuleId, News> = {};
  const updatedAt = item.source?.updatedAt ?? null;
  for (const [rule, source] of Object.entries(item.source?.rules ?? {})) {
    const mapped = values[rule];
    if (!mapped) continue;
    const target = context.printer.value(rule, "legacy", context.map.canonical("legacy", rule, mapped));
    news[rule] = {
      source: source.print,
      target,
      span,
      ...(item.readAt === undefined ? {} : { seenAt: item.readAt }),
      ...(updatedAt === null ? {} : { latest: updatedAt }),
    };
  }
  return news;
}

/** The records of a message: an array stays one, a single record becomes one of one. */
export function recordsOf(payload: unknown, envelope: Envelope): JsonObject[] {
  const list: unknown[] = Array.isArray(payload) ? payload : [payload];
  const records = list.filter(
    (entry): entry is JsonObject => typeof entry === "object" && entry !== null && !Array.isArray(entry),
  );
  if (records.length !== envelope.items.length || records.length !== list.length) {
    throw envelopeBroken();
  }
  return records;
}

function envelopeBroken(): SyncError {
  return new SyncError(
    "SYNC_ENVELOPE",
    "The payload has not one record per item. Filter arrays before field-mapper, not after it.",
  );
}

import { BRAKE_KINDS, BRAKED_CODE } from "./brake";
import { mergeCarried } from "./covered";
import { mergeLate } from "./late";
import { mergeOpaque } from "./opaque";
import { type BrakeKind, type Change, type Identifier, type Lane, LIVE, type RuleId, type Span } from "./types";

const EVENTS_KEPT = 20;

/** A change with nothing in it yet, received `now`; a source fills in what it knows. */
export function emptyChange(kind: Change["kind"], now: number): Change {
  return {
    kind,
    span: null,
    receivedAt: now,
    priority: LIVE,
    events: [],
    rules: {},
    force: [],
    backfill: null,
    identifiers: [],
  };
}

/**
 * The waiting change and a newer one as one change. Rule by rule see `mergeCarried`. A delete and an upsert follow the time
 * of their edits too; without times the later arrival wins.
 */
export function mergeChanges(waiting: Change, arriving: Change): Change {
  const [older, newer] = isOlder(arriving, waiting) ? [arriving, waiting] : [waiting, arriving];
  const rules = { ...older.rules };
  for (const [id, carried] of Object.entries(newer.rules)) {
    const previous = rules[id];
    rules[id] = previous ? mergeCarried(previous, carried) : carried;
  }
  return {
    kind: mergeKinds(older, newer),
    span: joinSpans(waiting.span, arriving.span),
    receivedAt: Math.min(waiting.receivedAt, arriving.receivedAt),
    priority: Math.min(waiting.priority, arriving.priority),
    events: [...new Set([...older.events, ...newer.events].reverse())].slice(0, EVENTS_KEPT).reverse(),
    rules,
    force: [...new Set([...waiting.force, ...arriving.force])],
    backfill:
      waiting.backfill === null || arriving.backfill === null ? null : Math.max(waiting.backfill, arriving.backfill),
    identifiers: mergeIdentifiers(older.identifiers, newer.identifiers),
    ...mergeOpaque(waiting.opaque, arriving.opaque),
    ...mergeLate(waiting.late, arriving.late),
    ...mergeThaw(waiting.thaw, arriving.thaw),
    ...(waiting.reread || arriving.reread ? { reread: true } : {}),
    ...mergePasses(waiting.passesBrake, arriving.passesBrake),
  };
}

/**
 * A parked change as it comes back into its lane: for the present state of the user, not for the one it was parked with.
 * To the legacy system the user is read in any case.
 *
 * @param code under which it was parked: what the brake dropped passes it now, since a person has looked at it
 */
export function retriedChange(lane: Lane, change: Change, code: string): Change {
  return {
    ...change,
    ...(lane === "to-cidaas" && change.kind === "upsert" ? { reread: true } : {}),
    ...(code === BRAKED_CODE ? { passesBrake: [...BRAKE_KINDS] } : {}),
  };
}

/**
 * Of an edit and a deletion at the same millisecond the deletion was the last. A change that brings nothing of its own,
 * and only asks to look again (a repair, a heal, a catch-up), is no evidence against a deletion: the look will tell.
 */
function mergeKinds(older: Change, newer: Change): Change["kind"] {
  const sameTime = older.span !== null && older.span.last === newer.span?.last;
  if (older.kind === "delete" && (sameTime || isOnlyALook(newer))) return "delete";
  return newer.kind;
}

/** Whether one of the merged changes was the deletion of the user, though another one came after it. */
export function tellsDeletion({ kind, events }: Change): boolean {
  return kind === "delete" || events.includes("ACCOUNT_DELETED");
}

function isOnlyALook({ span, events, rules }: Change): boolean {
  return span === null && events.length === 0 && Object.keys(rules).length === 0;
}

function joinSpans(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b;
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

/** Whether `a` stands for older edits than `b`; unknown times count as not older. */
function isOlder(a: Change, b: Change): boolean {
  return a.span !== null && b.span !== null && a.span.last < b.span.last;
}

function mergePasses(a: readonly BrakeKind[] = [], b: readonly BrakeKind[] = []): { passesBrake?: BrakeKind[] } {
  const passesBrake = [...new Set([...a, ...b])];
  return passesBrake.length === 0 ? {} : { passesBrake };
}

function mergeThaw(a: readonly RuleId[] = [], b: readonly RuleId[] = []): { thaw?: RuleId[] } {
  const thaw = [...new Set([...a, ...b])];
  return thaw.length === 0 ? {} : { thaw };
}

/** The part of a change that is about these rules alone, to be set aside while the rest of it goes on. */
export function frozenPart(change: Change, frozen: readonly RuleId[]): Change {
  const rules = Object.fromEntries(Object.entries(change.rules).filter(([rule]) => frozen.includes(rule)));
  const { opaque: _, ...rest } = change;
  return {
    ...rest,
    kind: "upsert",
    rules,
    force: change.force.filter((rule) => frozen.includes(rule)),
    thaw: [...frozen],
  };
}

function mergeIdentifiers(older: Identifier[], newer: Identifier[]): Identifier[] {
  const kinds = new Set(newer.map((identifier) => identifier.kind));
  return [...older.filter((identifier) => !kinds.has(identifier.kind)), ...newer];
}

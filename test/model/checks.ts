import type { ConflictEntry, SyncStore } from "../../lib/store/types";
import { type Json, laneTo, otherSide, type Side } from "../../lib/sync/types";
import type { Shapes } from "./rules";
import { EDITED, type Edit, type EditedRule, TOLERANCE_MS, type World } from "./world";

const SIDES: readonly Side[] = ["cidaas", "legacy"];

/** What a run may write besides what its edits bring: births, the write-back of ids, heals. */
const WRITES_PER_PERSON = 6;
const WRITES_PER_EDIT = 4;

/** How a run is judged. */
export interface Measure {
  shapes: Shapes;
  /** Recorded before the store was put back to an older state. */
  known: ConflictEntry[];
  /** Codes of what only a person can decide. */
  mayPark: readonly string[];
  /** What wins a conflict has to be the newest edit of its side: more than the record of conflicts promises. */
  strict: boolean;
}

/** Judges a run by what the two systems hold after quiet, and by the record of conflicts. */
export async function checkRun(world: World, store: SyncStore, measure: Measure): Promise<string[]> {
  const conflicts = [...measure.known, ...(await store.conflicts({ limit: 1_000 })).items];
  const { items: parked } = await store.parked({ limit: 1_000 });
  const emails = new Set([...world.tenant.values(), ...world.legacy.values()].map(({ email }) => String(email)));
  const unexpected = parked.filter(({ code }) => !measure.mayPark.includes(code));
  const problems = unexpected.map(({ lane, code, sub }) => `${sub} is parked in ${lane}: ${code}`);
  problems.push(...checkRecords(conflicts, measure.shapes));
  for (const email of emails) problems.push(...checkPerson(world, email, conflicts, measure));
  const most = WRITES_PER_PERSON * emails.size + WRITES_PER_EDIT * world.edits.length;
  if (world.writes > most) problems.push(`${world.writes} writes, at most ${most} were to be expected`);
  return problems;
}

function checkPerson(world: World, email: string, conflicts: ConflictEntry[], measure: Measure): string[] {
  const { shapes, strict } = measure;
  const users = [...world.tenant.values()].filter((user) => user.email === email);
  const records = [...world.legacy.values()].filter((record) => record.email === email);
  const [user] = users;
  const [record] = records;
  if (!user || !record || users.length > 1 || records.length > 1)
    return [`${email} is ${users.length} times in cidaas and ${records.length} times in the legacy system`];
  return EDITED.flatMap(({ rule, cidaas, legacy }) => {
    const { direction } = shapes[rule];
    const last = world.edits.findLast((edit) => edit.email === email && edit.rule === rule);
    // What is edited on the target of a rule of one way only stays there, until the source changes.
    if (direction !== "both" && (!last || laneTo(otherSide(last.side)) !== direction)) return [];
    if (direction === "to-legacy" && isFlippedUnseen(world, email, rule)) return [];
    if (
      user[cidaas] !== record[legacy] &&
      !(last && direction !== "both" && lostBy(last, String(user.sub), conflicts).length > 0)
    )
      return [`${email} ${rule}: cidaas holds ${String(user[cidaas])}, legacy ${String(record[legacy])}`];
    return checkEdits(world, { email, sub: String(user.sub), rule, value: user[cidaas], strict }, conflicts);
  });
}

/** Of a value of cidaas that was changed, if more than once, and changed back nobody knows who did not look in between. */
function isFlippedUnseen(world: World, email: string, rule: EditedRule): boolean {
  const edits = world.edits.filter((edit) => edit.email === email && edit.rule === rule && edit.side === "cidaas");
  const [last, , ...before] = [world.bornWith("cidaas", email, rule), ...edits.map(({ value }) => value)].reverse();
  return last !== undefined && before.includes(last);
}

/** One value of one person as it is in the end. */
interface End {
  email: string;
  sub: string;
  rule: EditedRule;
  value: Json | undefined;
  strict: boolean;
}

/** Whether each edit is the value in the end, was followed by another one, or is recorded as lost. */
function checkEdits(world: World, end: End, conflicts: ConflictEntry[]): string[] {
  const { email, sub, rule, value, strict } = end;
  const edits = world.edits.filter((edit) => edit.email === email && edit.rule === rule);
  const last = edits.at(-1);
  if (!last || edits.some((edit) => world.covered.has(edit))) return [];
  // Whatever came before on the same side was overwritten there: only these may be the value in the end.
  const newest = SIDES.map((side) => edits.findLast((edit) => edit.side === side));
  const others = newest.map((edit, index) => edit?.value ?? world.bornWith(SIDES[index] ?? "cidaas", email, rule));
  const text = `${email} ${rule}: the last edit (${last.side}: ${last.value})`;
  if (last.value === value) return [];
  const records = lostBy(last, sub, conflicts);
  if (records.length === 0) return [`${text} vanished unrecorded`];
  if (strict && !others.includes(String(value)))
    return [`${text} lost to ${String(value)}, which was overwritten before`];
  return [];
}

/** Times that cannot tell who was later are called so. */
function checkRecords(conflicts: ConflictEntry[], shapes: Shapes): string[] {
  return conflicts.flatMap(({ rule, cidaasTime, legacyTime, ambiguous }) => {
    const isByTime = EDITED.some((one) => one.rule === rule && shapes[one.rule].conflict === "newest");
    if (!isByTime || cidaasTime === null || legacyTime === null || ambiguous) return [];
    const apart = Math.abs(cidaasTime - legacyTime);
    return apart <= TOLERANCE_MS ? [`a conflict of ${rule} with ${apart} ms between the edits is called clear`] : [];
  });
}

/** The conflicts that this edit, or one like it, lost. */
function lostBy(edit: Edit, sub: string, conflicts: ConflictEntry[]): ConflictEntry[] {
  return conflicts.filter(
    (conflict) => conflict.sub === sub && conflict.rule === edit.rule && conflict.winner !== edit.side,
  );
}

import type { ConflictEntry, SyncStore } from "../../lib/store/types";
import { laneTo, otherSide } from "../../lib/sync/types";
import type { Shapes } from "./rules";
import { EDITED, type Edit, memberOf, type World } from "./world";

/** What a run may write besides what its edits bring: births, the write-back of ids, heals. */
const WRITES_PER_PERSON = 6;
const WRITES_PER_EDIT = 4;

/** Judges a run by what the two systems hold after quiet, and by the record of conflicts. */
export async function checkRun(world: World, store: SyncStore, shapes: Shapes): Promise<string[]> {
  const { items: conflicts } = await store.conflicts({ limit: 1_000 });
  const { items: parked } = await store.parked({ limit: 1_000 });
  const emails = new Set([...world.tenant.values(), ...world.legacy.values()].map(({ email }) => String(email)));
  const problems = parked.map(({ lane, code, sub }) => `${sub} is parked in ${lane}: ${code}`);
  for (const email of emails) problems.push(...checkPerson(world, email, conflicts, shapes));
  const most = WRITES_PER_PERSON * emails.size + WRITES_PER_EDIT * world.edits.length;
  if (world.writes > most) problems.push(`${world.writes} writes, at most ${most} were to be expected`);
  return problems;
}

function checkPerson(world: World, email: string, conflicts: ConflictEntry[], shapes: Shapes): string[] {
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
    if (
      user[cidaas] !== record[legacy] &&
      !(last && direction !== "both" && isRecorded(last, String(user.sub), conflicts))
    )
      return [`${email} ${rule}: cidaas holds ${String(user[cidaas])}, legacy ${String(record[legacy])}`];
    const kept = !last || user[memberOf(rule).cidaas] === last.value || world.covered.has(last);
    return kept || isRecorded(last, String(user.sub), conflicts)
      ? []
      : [`${email} ${rule}: the last edit (${last.side}: ${last.value}) vanished unrecorded`];
  });
}

/** Whether the record of conflicts tells that this edit, or one like it, lost. */
function isRecorded(edit: Edit, sub: string, conflicts: ConflictEntry[]): boolean {
  return conflicts.some(
    (conflict) => conflict.sub === sub && conflict.rule === edit.rule && conflict.winner !== edit.side,
  );
}

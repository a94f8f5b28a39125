import { findOverwritten } from "../../scripts/chaos/overwritten";
import { findPeople } from "../../scripts/chaos/people";
import { SPEED, type World } from "./harness";

/**
 * Throws where an edit is neither the final value, nor replaced by a later one, nor in the conflict record.
 *
 * @param looks when the sync looked at each user, from `watchWire`
 */
export async function judgeEdits(
  world: World,
  looks: ReadonlyMap<string, readonly number[]>,
  limits: { readLagMs: number; mostBetweenS: number },
): Promise<void> {
  const { tenant, legacy, history } = world.simulator;
  const entries = history.entries();
  const conflicts = await world.conflicts();
  const overwritten = findOverwritten({
    history: entries,
    people: findPeople(entries),
    conflicts,
    users: {
      cidaas: new Map(tenant.snapshot().map((user) => [String(user.sub), user])),
      legacy: new Map(legacy.snapshot().map((user) => [String(user.id), { ...user }])),
    },
    looks,
    readLagMs: limits.readLagMs,
    mostBetweenMs: limits.mostBetweenS * 1_000 + SPEED * 100,
    momentMs: SPEED * 50,
    frozen: [],
  });
  const stale = overwritten.filter(({ coveredMs }) => coveredMs === null);
  const [first] = stale;
  if (first === undefined) return;
  const [legacyId = ""] = first.person.ids.legacy;
  const texts = stale.map(({ text }) => text).join("\n");
  const recorded = conflicts.filter((conflict) => String(conflict.legacyId) === legacyId);
  const list = recorded.map((conflict) => JSON.stringify(conflict)).join("\n");
  throw new Error(world.told(`${texts}\n${world.story(legacyId)}\nrecorded:\n${list}`));
}

import { startPassword } from "../../simulator/legacy/legacy";
import { compareSides } from "./compare";
import { type EditPlan, lostEdits, makeEdits, type PasswordChange } from "./edits";
import type { Demo } from "./processes";
import { type View, waitForQuiet } from "./quiet";
import type { Systems } from "./systems";

export interface CheckOptions {
  users: number;
  say?: (line: string) => void;
}

export interface CheckResult {
  /** One sentence per thing that is not as it has to be; empty when all is well. */
  problems: string[];
  view: View;
}

const TIMEOUT_MS = 180_000;

/** Loads all users, edits on both sides, waits for quiet, and judges by what the two systems hold. */
export async function checkTwoWay(demo: Demo, options: CheckOptions): Promise<CheckResult> {
  const { users, say = () => undefined } = options;
  const plan = planFor(users);
  say(`Loading ${users} users from the legacy system into cidaas ...`);
  await demo.load();
  await waitForQuiet(demo, TIMEOUT_MS, (view) => view.cidaasUsers >= users);
  say(`Loaded. Making ${plan.perSide} edits on each side ...`);
  const edits = await makeEdits(demo.systems, plan);
  const view = await waitForQuiet(demo, TIMEOUT_MS);
  say("Quiet. Comparing both sides ...");
  return { problems: await judge(demo.systems, edits, users + 2 * plan.newUsers), view };
}

/** 100 edits on each side, or one for two users where there are less than 200; a tenth of each special kind. */
function planFor(users: number): EditPlan {
  const perSide = Math.min(100, Math.floor(users / 2));
  const tenth = Math.ceil(perSide / 10);
  return { perSide, newUsers: tenth, passwords: tenth, shared: tenth, startPassword };
}

/** Everything that is not as it has to be on the two sides, as sentences. */
async function judge(systems: Systems, edits: Awaited<ReturnType<typeof makeEdits>>, users: number): Promise<string[]> {
  const cidaasUsers = await systems.cidaasUsers();
  const legacyUsers = await systems.legacyUsers();
  const problems: string[] = [];
  for (const [side, list] of [["cidaas", cidaasUsers] as const, ["legacy", legacyUsers] as const]) {
    if (list.length !== users) problems.push(`${side} has ${list.length} users instead of ${users}`);
  }
  for (const { legacyId, field, cidaas, legacy } of compareSides(cidaasUsers, legacyUsers)) {
    problems.push(`legacy user ${legacyId}: ${field} is "${cidaas}" in cidaas and "${legacy}" in the legacy system`);
  }
  for (const { side, id, path, value } of lostEdits(edits, cidaasUsers, legacyUsers)) {
    problems.push(`${side} user ${id}: the edit of ${path} to "${value}" is gone`);
  }
  for (const change of edits.passwords) problems.push(...(await judgePassword(systems, change)));
  return problems;
}

async function judgePassword(systems: Systems, { email, before, after }: PasswordChange): Promise<string[]> {
  const problems: string[] = [];
  if (await systems.canLogIn(email, before)) problems.push(`${email} can still log in to cidaas with the old password`);
  if (!(await systems.canLogIn(email, after))) problems.push(`${email} cannot log in to cidaas with the new password`);
  return problems;
}

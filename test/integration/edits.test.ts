import type { Dials } from "../../simulator";
import { editAtRandom } from "./edits";
import { World } from "./harness";

const SEED = Number(process.env.SEED ?? 1);
const RUNS = Number(process.env.RUNS ?? 1);
const EDITS = Number(process.env.EDITS ?? 120);

const DIALECTS: Record<string, Partial<Dials>> = {
  "as documented": {},
  "merging, keeping status": { leftOut: "merge", statusReset: false },
  "silent bulk": { bulkWebhooks: false },
  "answers as array, account layout": { answerContainer: "array", profileLayout: "account", stateKey: null },
  "answers in data, identities layout": {
    answerContainer: "data-array",
    profileLayout: "identities",
    stateKey: "state",
  },
  "answers in data.process_states": { answerContainer: "data-process_states", emailConflict: "event" },
  "e-mails taken over": { emailConflict: "take", clientIdOnEvents: false, subOnEvents: false },
};

describe("Concurrent edits on both sides", function () {
  this.timeout(60_000);

  for (const [name, dials] of Object.entries(DIALECTS)) {
    for (let run = 0; run < RUNS; run += 1) {
      it(`end in the same values, with a tenant of the dialect: ${name} (run ${run + 1})`, async () => {
        const world = await World.open({ seed: SEED + run, users: 8, dials });
        try {
          await world.load();
          await world.quiet();
          const among = world.simulator.legacy.snapshot().map(({ id }) => String(id));
          await editAtRandom(world, { count: EDITS, among });
          await world.quiet();
          await world.judge();
        } finally {
          await world.close();
        }
      });
    }
  }
});

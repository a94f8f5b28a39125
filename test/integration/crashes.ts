import { CUTS } from "../../scripts/chaos/cuts";
import type { Dials } from "../../simulator";
import { pause, type World } from "./harness";

interface CrashOptions {
  count: number;
  /** What both systems do otherwise. */
  dials: Partial<Dials>;
  /** Real ms between two crashes, at most. */
  mostMs: number;
}

/** Crashes at random moments; between two of them one of the systems, or a part of it, is out of reach, or neither is. */
export async function crashAmongCuts(world: World, { count, dials, mostMs }: CrashOptions): Promise<void> {
  const { random, simulator } = world;
  for (let crash = 0; crash < count; crash += 1) {
    const cut = CUTS[random.integer(CUTS.length + 1)];
    (random.chance(0.5) ? simulator.tenant : simulator.legacy).setDials({ ...dials, ...cut });
    await pause(random.integer(mostMs));
    world.crash();
    await pause(random.integer(20));
    await world.start();
  }
}

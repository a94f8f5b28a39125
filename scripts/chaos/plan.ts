import type { Random } from "../../simulator/kit/random";
import { ADOPTION_POINT, FAIL_POINTS, type FailPoint, type Order } from "./orders";

/** What may befall Node-RED and its two systems. */
export type Disaster =
  /** At a random moment. */
  | { do: "kill" }
  | { do: "freeze" }
  /** When the process passes a fail-point. */
  | ({ do: "at-point" } & Order)
  /** One of the systems, or a part of it, is out of reach for a while. */
  | { do: "cut" }
  | { do: "redeploy" }
  | { do: "full-disk" };

/** The kill and the freeze in adoption, which come before all others. */
export const IN_ADOPTION: readonly Order[] = [
  { ...ADOPTION_POINT, end: "kill" },
  { ...ADOPTION_POINT, end: "freeze" },
];

/** Each fail-point with a kill and a freeze, the other kills at random moments, and some of everything else. */
export function fullPlan(kills: number, random: Random): Disaster[] {
  const atPoints = FAIL_POINTS.flatMap((point) => [atPoint(point, "kill"), atPoint(point, "freeze")]);
  const atRandom = Math.max(0, kills - FAIL_POINTS.length - 1);
  const quarter = Math.ceil(kills / 4);
  return random.shuffle([
    ...atPoints,
    ...times(atRandom, { do: "kill" }),
    ...times(2, { do: "freeze" }),
    ...times(2, { do: "full-disk" }),
    ...times(quarter, { do: "cut" }),
    ...times(quarter, { do: "redeploy" }),
  ]);
}

/** Two kills, a freeze at a fail-point and a full disk, for those who have a minute. */
export function shortPlan(random: Random): Disaster[] {
  const [first, second] = random.shuffle(FAIL_POINTS);
  const atPoints = [first, second].flatMap((point, index) =>
    point === undefined ? [] : [atPoint(point, index === 0 ? "kill" : "freeze")],
  );
  return random.shuffle([...atPoints, { do: "kill" }, { do: "full-disk" }]);
}

function atPoint(point: FailPoint, end: Order["end"]): Disaster {
  return { do: "at-point", ...point, end };
}

function times(count: number, disaster: Disaster): Disaster[] {
  return Array.from({ length: count }, () => disaster);
}

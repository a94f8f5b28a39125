import { compileMap } from "../../lib/mapping/compile";
import { parseRules } from "../../lib/mapping/rules";
import type { Json, JsonObject } from "../../lib/sync/types";
import { contest, median, type Result, ratio } from "./contest";
import { legacyUsers, mapByHand, mapByJsonata, TEN_RULES } from "./ten-rules";
import { largeUsers, THIRTY_RULES } from "./thirty-rules";

const ROUNDS = 9;
const USERS = 2_000;
const LEAST_TO_JSONATA = 20;
const LEAST_TO_HAND = 0.5;

/** A record of the other side, as `field-mapper` makes it of a legacy record. */
export function mapperOf(rules: Json): (record: JsonObject) => JsonObject {
  const map = compileMap(parseRules(rules));
  return (record) => map.buildMapped("to-cidaas", map.map("to-cidaas", record));
}

/** Compares the compiled map of ten rules with the same mapping in JSONata and by hand. Exit code 1 where it is too slow. */
export async function benchMapping(): Promise<void> {
  const [compiled, jsonata, hand] = await contest(
    legacyUsers(USERS),
    { compiled: mapperOf(TEN_RULES), jsonata: mapByJsonata(), "by hand": mapByHand },
    ROUNDS,
  );
  const [large] = await contest(largeUsers(USERS), { "30 rules, with phone numbers": mapperOf(THIRTY_RULES) }, ROUNDS);
  if (!compiled || !jsonata || !hand || !large) throw new Error("A contestant is missing");
  console.log("10 rules, legacy to cidaas, users per second of CPU time (median of rounds in turn, lowest, highest):");
  for (const result of [compiled, jsonata, hand]) console.log(`  ${told(result)}`);
  console.log(`  ${told(large)}`);
  const verdicts = [
    judged("compiled / JSONata", ratio(compiled, jsonata), LEAST_TO_JSONATA),
    judged("compiled / by hand", ratio(compiled, hand), LEAST_TO_HAND),
  ];
  for (const { text } of verdicts) console.log(text);
  if (verdicts.some(({ isEnough }) => !isEnough)) process.exitCode = 1;
}

function told({ name, rates }: Result): string {
  const figure = (rate: number) => Math.round(rate).toLocaleString("en-US");
  return `${name}: ${figure(median(rates))} (${figure(Math.min(...rates))} to ${figure(Math.max(...rates))})`;
}

function judged(name: string, value: number, least: number) {
  const isEnough = value >= least;
  return {
    isEnough,
    text: `${name}: ${value.toFixed(2)}, at least ${least} asked for: ${isEnough ? "ok" : "TOO SLOW"}`,
  };
}

import { hash } from "node:crypto";
import type { Print, RuleId, Side } from "./types";

/** What an empty canonical value prints to: having no value is itself a state that both sides can agree on. */
export const NO_VALUE: Print = "";

/** 96 bits in base64: for a million persons with thirty rules the chance of one false equality is below 10^-14. */
const PRINT_LENGTH = 16;

export interface Printer {
  /** Print of a rule's canonical value on one side. */
  value(rule: RuleId, side: Side, canonical: string): Print;
  /** Print of an identifier in cidaas form; the same for both sides, since it is there to find one by the other. */
  identifier(kind: string, canonical: string): Print;
}

/**
 * Prints are keyed, so that the ledger cannot be searched for known values by somebody who has the database without its
 * key, and bound to rule and side, so that equal values of two fields do not look equal. Text in another Unicode form is no
 * other text.
 */
export function createPrinter(key: Buffer): Printer {
  // There are some dozens per user. Unlike an HMAC this leaves no native object behind for each, and costs a tenth; of a
  // truncated hash with the key in front nobody can go on to a longer text.
  const prefix = key.toString("base64url");
  const print = (domain: string, canonical: string): Print =>
    hash("sha512-256", `${prefix}${domain}\0${canonical.normalize("NFC")}`, "base64url").slice(0, PRINT_LENGTH);
  return {
    value: (rule, side, canonical) => (canonical === "" ? NO_VALUE : print(`${side}\0${rule}`, canonical)),
    identifier: (kind, canonical) => print(`identifier\0${kind}`, canonical),
  };
}

import { createHmac } from "node:crypto";
import type { Print, RuleId, Side } from "./types";

/** What an empty canonical value prints to: having no value is itself a state that both sides can agree on. */
export const NO_VALUE: Print = "";

/** 96 bits: for a million persons with thirty rules the chance of one false equality is below 10^-14. */
const PRINT_BYTES = 12;

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
  const print = (domain: string, canonical: string): Print =>
    createHmac("sha256", key)
      .update(domain)
      .update("\0")
      .update(canonical.normalize("NFC"))
      .digest()
      .subarray(0, PRINT_BYTES)
      .toString("base64url");
  return {
    value: (rule, side, canonical) => (canonical === "" ? NO_VALUE : print(`${side}\0${rule}`, canonical)),
    identifier: (kind, canonical) => print(`identifier\0${kind}`, canonical),
  };
}

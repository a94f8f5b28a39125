import type { Change, Intent, Ledger, LedgerEntry } from "../sync/types";

/*
 * A store that was restored from an older backup lacks what was agreed, written and settled since. All that it holds is kept
 * with the number of its generation, and recovering raises that number: nothing has to be written anew, and what is of an
 * earlier generation is handed out as what it is still good for.
 */

/** What is stored, with the generation in which that was done; absent in a store that was never restored. */
export type Stamped<T> = T & { generation?: number };

/** No rule has this fingerprint. */
const NO_RULE = "";

export function stamped<T extends object>(stored: T, generation: number): Stamped<T> {
  return generation === 0 ? stored : { ...stored, generation };
}

export function stampedLedger(ledger: Ledger, generation: number): Record<string, Stamped<LedgerEntry>> {
  return mapEntries(ledger, (entry) => stamped(entry, generation));
}

/** Entries of an earlier generation are no valid base; what they tell of writes and edits is true all the same. */
export function ledgerNow(stored: Record<string, Stamped<LedgerEntry>>, generation: number): Ledger {
  if (generation === 0) return stored;
  return mapEntries(stored, ({ generation: since = 0, ...entry }) =>
    since === generation ? entry : { ...entry, fingerprint: NO_RULE },
  );
}

/**
 * An open write of an earlier generation has long been settled: it proves nothing of what a side holds now. A create still
 * says that its user may be there.
 */
export function intentNow({ generation: since = 0, ...intent }: Stamped<Intent>, generation: number): Intent {
  if (since === generation) return intent;
  return { ...intent, rules: mapEntries(intent.rules, (intended) => ({ ...intended, overtaken: true })) };
}

/** A legacy record that waits from an earlier generation gives way to the present one, where that can be read. */
export function changeNow({ generation: since = 0, ...change }: Stamped<Change>, generation: number): Change {
  const carries = change.kind === "upsert" && Object.keys(change.rules).length > 0;
  return since === generation || !carries ? change : { ...change, reread: true };
}

function mapEntries<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

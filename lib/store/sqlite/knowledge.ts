import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Identifier, IntendedRule, Intent, Ledger, LedgerEntry, Print, RuleId, Side } from "../../sync/types";
import type { StoreCipher } from "../encryption";
import { intentNow, ledgerNow, type Stamped, stamped, stampedLedger } from "../generation";
import type { Effects } from "./effects";
import { bytes, integer, text } from "./rows";

/** Identifiers that an unlinked person had before, at the most. */
const FORMER_KEPT = 8;

/** What is remembered of a person beside its row: ledger, open intents, identifier prints. No values but in intents. */
export class Knowledge {
  readonly #cipher: StoreCipher;
  readonly #effects: Effects;
  readonly #ledger: StatementSync;
  readonly #putLedger: StatementSync;
  readonly #deleteLedger: StatementSync;
  readonly #intents: StatementSync;
  readonly #putIntent: StatementSync;
  readonly #deleteIntent: StatementSync;
  readonly #moveIntents: StatementSync;
  readonly #deleteIntents: StatementSync;
  readonly #putIdentifier: StatementSync;
  readonly #identifiersOf: StatementSync;
  readonly #deleteIdentifiers: StatementSync;
  readonly #moveIdentifiers: StatementSync;
  readonly #deleteAllIdentifiers: StatementSync;
  readonly #findIdentifier: StatementSync;
  readonly #trusted: StatementSync;

  constructor(database: DatabaseSync, cipher: StoreCipher, effects: Effects) {
    this.#cipher = cipher;
    this.#effects = effects;
    this.#ledger = database.prepare("SELECT entries FROM ledger WHERE person = ?");
    this.#putLedger = database.prepare("INSERT OR REPLACE INTO ledger (person, entries) VALUES (?, ?)");
    this.#deleteLedger = database.prepare("DELETE FROM ledger WHERE person = ?");
    this.#intents = database.prepare("SELECT payload FROM intent WHERE person = ? ORDER BY side");
    this.#putIntent = database.prepare("INSERT OR REPLACE INTO intent (person, side, payload) VALUES (?, ?, ?)");
    this.#deleteIntent = database.prepare("DELETE FROM intent WHERE person = ? AND side = ?");
    this.#moveIntents = database.prepare("UPDATE OR IGNORE intent SET person = ? WHERE person = ?");
    this.#deleteIntents = database.prepare("DELETE FROM intent WHERE person = ?");
    this.#putIdentifier = database.prepare(
      "INSERT INTO identifier (sync, side, print, person, intent, verified) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#identifiersOf = database.prepare(
      "SELECT print, verified FROM identifier WHERE person = ? AND side = ? AND intent = ?",
    );
    this.#deleteIdentifiers = database.prepare("DELETE FROM identifier WHERE person = ? AND side = ? AND intent = ?");
    this.#moveIdentifiers = database.prepare("UPDATE OR IGNORE identifier SET person = ? WHERE person = ?");
    this.#deleteAllIdentifiers = database.prepare("DELETE FROM identifier WHERE person = ?");
    this.#findIdentifier = database.prepare(
      "SELECT person, intent, verified FROM identifier WHERE sync = ? AND side = ? AND print = ?",
    );
    this.#trusted = database.prepare(
      `SELECT DISTINCT print FROM identifier
       WHERE person = ? AND intent = 0 AND (side = 'legacy' OR verified = 1)`,
    );
  }

  ledger(sync: string, person: number): Ledger {
    return ledgerNow(this.#entries(person), this.#effects.overall(sync, "generation"));
  }

  /** Puts these entries in place of the present ones, rule by rule. */
  putLedger(sync: string, person: number, entries: Ledger): void {
    this.#putEntries(person, stampedLedger(entries, this.#effects.overall(sync, "generation")));
  }

  intents(sync: string, person: number): Intent[] {
    const generation = this.#effects.overall(sync, "generation");
    return this.#intents
      .all(person)
      .map((row) => intentNow(this.#cipher.openIntent(bytes(row, "payload")), generation));
  }

  putIntent(sync: string, person: number, intent: Intent): void {
    const stored = stamped(intent, this.#effects.overall(sync, "generation"));
    this.#putIntent.run(person, intent.side, this.#cipher.sealIntent(stored));
    this.#replaceIdentifiers(sync, person, intent.side, intent.create ? intent.identifiers : [], true);
  }

  /** Notes that rules of an open intent are overtaken; see `IntendedRule`. */
  overtake(sync: string, person: number, side: Side, rules: readonly RuleId[]): void {
    const intent = this.intents(sync, person).find((open) => open.side === side);
    if (!intent) return;
    const marked = Object.entries(intent.rules).map(([rule, intended]): [RuleId, IntendedRule] => {
      return [rule, rules.includes(rule) ? { ...intended, overtaken: true } : intended];
    });
    this.putIntent(sync, person, { ...intent, rules: Object.fromEntries(marked) });
  }

  removeIntent(person: number, side: Side): void {
    this.#deleteIntent.run(person, side);
    this.#deleteIdentifiers.run(person, side, 1);
  }

  putIdentifiers(sync: string, person: number, side: Side, list: Identifier[]): void {
    this.#replaceIdentifiers(sync, person, side, list, false);
  }

  /** As `putIdentifiers`, but those that are known already stay, and are verified no more. */
  addIdentifiers(sync: string, person: number, side: Side, list: Identifier[]): void {
    const present = new Set(list.map(({ print }) => print));
    const former = this.#identifiersOf.all(person, side, 0).map((row) => text(row, "print"));
    const kept = former.filter((print) => !present.has(print)).slice(-FORMER_KEPT);
    this.#replaceIdentifiers(
      sync,
      person,
      side,
      [...list, ...kept.map((print) => ({ print, verified: false }))],
      false,
    );
  }

  /** Everybody who carries one of these prints; one who carries several comes once, verified if one of them is. */
  find(sync: string, side: Side, prints: string[]): { person: number; verified: boolean; intent: boolean }[] {
    const found = new Map<number, { person: number; verified: boolean; intent: boolean }>();
    for (const print of prints)
      for (const row of this.#findIdentifier.all(sync, side, print)) {
        const person = integer(row, "person");
        const before = found.get(person);
        found.set(person, {
          person,
          verified: integer(row, "verified") === 1 || before?.verified === true,
          intent: integer(row, "intent") === 1 || before?.intent === true,
        });
      }
    return [...found.values()];
  }

  /** Prints that the legacy system knows the person by, or that were verified in cidaas: not what anybody may claim there. */
  trustedPrints(person: number): Print[] {
    return this.#trusted.all(person).map((row) => text(row, "print"));
  }

  erase(person: number): void {
    this.#deleteLedger.run(person);
    this.#deleteIntents.run(person);
    this.#deleteAllIdentifiers.run(person);
  }

  /** Brings all of it to the row that stays; where both know something, the row that stays is right. */
  move(from: number, to: number): void {
    const own = this.#entries(to);
    const entries = { ...this.#entries(from), ...own };
    this.#deleteLedger.run(from);
    this.#putEntries(to, entries);
    this.#moveIntents.run(to, from);
    this.#deleteIntents.run(from);
    this.#moveIdentifiers.run(to, from);
    this.#deleteAllIdentifiers.run(from);
  }

  /** As they are stored. */
  #entries(person: number): Record<RuleId, Stamped<LedgerEntry>> {
    const row = this.#ledger.get(person);
    return row === undefined ? {} : JSON.parse(text(row, "entries"));
  }

  #putEntries(person: number, entries: Record<RuleId, Stamped<LedgerEntry>>): void {
    if (Object.keys(entries).length === 0) return;
    this.#putLedger.run(person, JSON.stringify({ ...this.#entries(person), ...entries }));
  }

  /**
   * Most changes bring the identifiers that are known already: reading those is cheaper than writing them again. A print
   * that comes twice, a user name that is the e-mail, is kept once, verified if one of the two is.
   */
  #replaceIdentifiers(
    sync: string,
    person: number,
    side: Side,
    list: readonly Pick<Identifier, "print" | "verified">[],
    intent: boolean,
  ): void {
    const wanted = new Map<string, boolean>();
    for (const { print, verified } of list) wanted.set(print, verified || wanted.get(print) === true);
    const known = this.#identifiersOf.all(person, side, Number(intent));
    const same = known.every((row) => wanted.get(text(row, "print")) === (integer(row, "verified") === 1));
    if (same && known.length === wanted.size) return;
    this.#deleteIdentifiers.run(person, side, Number(intent));
    for (const [print, verified] of wanted)
      this.#putIdentifier.run(sync, side, print, person, Number(intent), Number(verified));
  }
}

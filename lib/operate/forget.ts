import type { SyncContext } from "../delivery/context";
import { SyncError } from "../errors";
import { identifierValues } from "../mapping/identifiers";
import type { PersonSelection } from "../store/types";
import type { Print } from "../sync/types";
import type { PersonArguments } from "./arguments";

/** What an erasure removes, and what somebody who has to erase a person must still see to. */
export interface Receipt {
  forgotten: true;
  covers: readonly string[];
  doesNotCover: readonly string[];
  at: number;
  /** Until then a change that would bring the person back is dropped. */
  until: number;
}

/** Nobody has these ids or this e-mail: nothing was changed. */
export interface NobodyForgotten {
  forgotten: false;
  message: string;
}

const COVERS = [
  "the person in the store: ids, link and deletion",
  "its changes that waited or were in flight, in both lanes",
  "its parked changes and recorded conflicts",
  "its ledger, open intents and identifiers",
  "freed pages of the database and its write-ahead log",
];

const DOES_NOT_COVER = [
  "cidaas and the legacy system themselves, and a write that was on its way to one of them",
  "backups and snapshots of the store, and blocks that the disk keeps of deleted files",
  "the log of Node-RED, its context, and what flows or files of their own have kept",
  "records that were parked without any id, which belong to nobody",
  "keyed prints of its ids and identifiers, kept until the time given, so that an import does not bring the person back",
];

/**
 * Erases one person from the store.
 *
 * @throws SyncError `FORGET_AMBIGUOUS`, and nothing is changed, where the arguments mean several persons
 */
export async function forget(
  context: Pick<SyncContext, "store" | "map" | "printer">,
  { email, ...ids }: PersonArguments,
): Promise<Receipt | NobodyForgotten> {
  const selection: PersonSelection = email === undefined ? ids : { ...ids, prints: emailPrints(context, email) };
  const result = await context.store.forget(selection);
  if (result.found === "several")
    throw new SyncError(
      "FORGET_AMBIGUOUS",
      "The arguments mean several users, and nobody was forgotten: name one of them by sub or legacyId alone.",
    );
  if (result.found === "one")
    return { forgotten: true, covers: COVERS, doesNotCover: DOES_NOT_COVER, at: result.at, until: result.until };
  return { forgotten: false, message: "The store knows nobody with these ids or this e-mail; nothing was changed." };
}

/** As every rule that maps to the e-mail of cidaas would print it. */
function emailPrints({ map, printer }: Pick<SyncContext, "map" | "printer">, email: string): Print[] {
  const rules = map.rules.filter(({ cidaas }) => cidaas.length === 1 && cidaas[0] === "email");
  const values = Object.fromEntries(rules.map(({ id }) => [id, [email]]));
  return identifierValues(map, "cidaas", values).map(({ kind, canonical }) => printer.identifier(kind, canonical));
}

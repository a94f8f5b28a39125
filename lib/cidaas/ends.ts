import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import { settlementOfFailure, settlementOfUnsent } from "../delivery/failure";
import { settledBy, wholeUser } from "../delivery/settled";
import { CallError } from "../errors";
import type { Settlement } from "../store/types";
import type { Flight } from "../sync/ledger";
import { emptied } from "../sync/ledger";
import { ledgerAfter } from "../sync/plan";
import type { JsonObject } from "../sync/types";
import { adoptedFrom, type OutgoingUser } from "./gate";
import type { Steps } from "./steps";
import type { BulkResult, Tenant } from "./types";

/** One user of a batch, opened and ready to be sent. */
export interface Sendable {
  user: OutgoingUser;
  /** Secret values in the clear. */
  steps: Steps;
}

/** What became of one user of a batch. */
export interface End {
  user: OutgoingUser;
  settlement: Settlement;
  state: Delivered["state"];
  /** What stopped the lane that holds the user. */
  held?: string;
  sub?: string | null;
}

/** What the tenant's result means for one user. */
export async function endOf(
  context: SyncContext,
  tenant: Tenant,
  { user, steps }: Sendable,
  result: BulkResult | undefined,
  sentAt: number,
): Promise<End> {
  if (!result || result.state === "UNKNOWN") {
    const reason = { code: "RESULT_UNKNOWN", message: "The tenant's answer has no result for this user." };
    return retry(user, { reason });
  }
  if (result.state === "CALL_FAILED") return endOfFailure(context, user, result.error);
  if (result.state === "UNSENT") return { user, settlement: settlementOfUnsent(user.lease), state: "RETRY" };
  if (result.state === "FAILED") {
    const owner = await learnOwner(context, tenant, user, steps.bulk);
    if (!user.plan.create) return endOfRefusal(user, owner === "known" ? { ...result, ...TAKEN } : result);
    // Its owner was deleted since, or could not be asked for.
    const mayBeFree = (owner === "nobody" || owner === "no answer") && result.code === TAKEN.code;
    return owner === "known" || mayBeFree
      ? retry(user, { reason: TAKEN, keepIntent: false })
      : endOfRefusal(user, result);
  }
  const sub = result.sub ?? user.lease.person.sub;
  const settled = settledBy(user.lease, user.plan);
  const flight = { at: sentAt, until: context.now(), ...putOver({ user, steps }, result.state) };
  const settlement: Settlement = {
    token: user.lease.token,
    outcome: "delivered",
    ledger: ledgerAfter(user.plan, flight),
    present: { cidaas: true, ...(user.lease.person.legacyId === null ? {} : { legacy: true }) },
    identifiers: { side: "legacy", list: user.lease.change.identifiers },
    ...(sub === null ? {} : { link: { sub } }),
    ...settled,
  };
  const isHollow = result.state === "CREATED" && !user.plan.create && user.kind === "upsert";
  if (!isHollow) return { user, settlement, state: result.state, sub };
  const known = { ...user.lease.ledger, ...settlement.ledger };
  const missing = Object.keys(known).filter((rule) => !user.plan.write.includes(rule));
  const whole = {
    ...settlement,
    ledger: emptied(known, "cidaas", missing, flight),
    marks: [...(settled.marks ?? []), wholeUser(context)],
  };
  return { user, settlement: whole, state: result.state, sub };
}

/** For `coveredSinceLook`. Where a user needs several calls, their events lie apart like those of a call and an edit. */
function putOver({ user, steps }: Sendable, state: BulkResult["state"]): Pick<Flight, "over" | "whole"> {
  if (state !== "UPDATED" || steps.before.length + steps.after.length > 0) return {};
  return { over: user.seenAt, ...(user.whole ? { whole: true } : {}) };
}

const TAKEN = {
  code: "EMAIL_TAKEN",
  message:
    "Another account of the tenant has the same e-mail. Correct one of the two; of users who swap theirs, give one another e-mail for a while.",
};

/**
 * What a tenant says of an e-mail that another account holds is not documented, so it is asked who holds it. That user
 * becomes known. The next try of a create links the two, or leaves them to a person, as the refusal of an update does.
 */
async function learnOwner(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  body: JsonObject,
): Promise<"known" | "nobody" | "not asked" | "no answer"> {
  if (typeof body.email !== "string" || body.email === "") return "not asked";
  try {
    const owner = await tenant.findSub(body.email);
    if (owner === user.lease.person.sub) return "not asked";
    const account = owner === null ? null : await tenant.readUser(owner);
    if (account) await context.store.adopt([adoptedFrom(context, account)]);
    return account ? "known" : "nobody";
  } catch (error) {
    // Asking is a help, not a must.
    if (error instanceof CallError) return "no answer";
    throw error;
  }
}

function endOfRefusal(user: OutgoingUser, result: Extract<BulkResult, { state: "FAILED" }>): End {
  const { code, message, tries } = result;
  if (user.lease.attempt < tries) return retry(user, { reason: { code, message }, keepIntent: false });
  return {
    user,
    settlement: { token: user.lease.token, outcome: "parked", reason: { code, message } },
    state: "PARKED",
  };
}

export function endOfFailure(context: SyncContext, user: OutgoingUser, failure: CallError): End {
  const settlement = settlementOfFailure(context, user.lease, failure);
  return { user, settlement, state: settlement.outcome === "parked" ? "PARKED" : "RETRY" };
}

export function skip(user: OutgoingUser): End {
  return { user, settlement: { token: user.lease.token, outcome: "skipped" }, state: "UNCHANGED" };
}

function retry(user: OutgoingUser, details: Omit<Settlement, "token" | "outcome">): End {
  return { user, settlement: { token: user.lease.token, outcome: "retry", ...details }, state: "RETRY" };
}

/** Part of the write has been made: what the target holds now has to be read before anybody decides on it. */
export function inDoubt(end: End): End {
  return { ...end, settlement: { ...end.settlement, keepIntent: true } };
}

export function inDoubtAfterSteps({ steps }: Sendable, end: End): End {
  return steps.before.length === 0 || end.settlement.outcome === "delivered" ? end : inDoubt(end);
}

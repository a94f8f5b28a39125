import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../lib/sync/types";
import type { Dials } from "../kit/dials";
import type { Account, Identity } from "./account";
import { type BulkEntry, BulkRefusal, emailsIn, identifiersIn, matchAccount, readEntry } from "./bulk-entry";
import type { Actor, Directory } from "./directory";
import { emptyAccount, newIdentity } from "./edits";
import { enabledFields } from "./field-routes";
import { findConflict, findIdentity, mergeIdentity } from "./identity";

/** What became of one user of a call. */
export interface BulkState {
  state: "CREATED" | "UPDATED" | "FAILED";
  sub: string;
  identifier: Record<string, string>;
  message?: string;
}

/** Creates or updates one user of a bulk call. */
export function processUser(directory: Directory, user: JsonObject, actor: Actor): BulkState {
  const identifier = identifiersIn(user);
  try {
    refuseByDial(directory, user);
    const entry = readEntry(user);
    const before = matchAccount(directory.accounts, entry);
    const built = buildAccount(before, entry, directory.dials.dials, directory.now());
    settleConflicts(directory, built, actor);
    const { sub } = directory.put(built, actor, { silent: !directory.dials.dials.bulkWebhooks });
    return { state: before === null ? "CREATED" : "UPDATED", sub, identifier };
  } catch (thrown) {
    if (!(thrown instanceof BulkRefusal)) throw thrown;
    return { state: "FAILED", sub: "ANONYMOUS", identifier, message: thrown.message };
  }
}

function refuseByDial(directory: Directory, user: JsonObject): void {
  const { dials, random } = directory.dials;
  const emails = emailsIn(user);
  if (emails.some((email) => holds(dials.failEmails, email))) throw new BulkRefusal("user validation failed");
  if (hasInvalidDomain(user, dials)) throw new BulkRefusal("507: invalid email passed");
  if (random.chance(dials.ratePartialFailure)) throw new BulkRefusal("internal error, try again");
}

export function holds(emails: readonly string[], email: string): boolean {
  return emails.some((listed) => listed.toLowerCase() === email);
}

/** Whether an e-mail of the user is disposable or cannot be resolved. */
export function hasInvalidDomain(user: JsonObject, dials: Pick<Dials, "invalidEmailDomains">): boolean {
  return emailsIn(user).some((email) => dials.invalidEmailDomains.some((domain) => email.endsWith(`@${domain}`)));
}

/** The state an entry leads to, by the readings that the dials choose. */
function buildAccount(before: Account | null, entry: BulkEntry, dials: Readonly<Dials>, now: number): Account {
  const old = before ?? emptyAccount(entry.sub ?? randomUUID(), now);
  const kept = dials.leftOut === "merge" ? old : emptyAccount(old.sub, now);
  const presentStatus = dials.statusReset ? "VERIFIED" : old.userStatus;
  const isIgnored = before !== null && !dials.statusUpdate;
  const mayOverwrite = old.password === null || dials.migrationMode;
  return {
    ...old,
    userStatus: isIgnored ? old.userStatus : (entry.userStatus ?? presentStatus),
    userStatusReason: entry.userStatusReason ?? kept.userStatusReason,
    customFields: { ...kept.customFields, ...enabledFields(dials, entry.customFields) },
    roles: entry.roles ?? kept.roles,
    groups: entry.groups ?? kept.groups,
    consents: entry.consents ?? kept.consents,
    mfaEnabled: entry.mfaEnabled ?? kept.mfaEnabled,
    createdTime: entry.createdTime ?? old.createdTime,
    lastLoggedInTime: entry.lastLoggedInTime ?? old.lastLoggedInTime,
    identities: buildIdentities(old.identities, entry.identities, dials.leftOut),
    password: entry.password !== undefined && mayOverwrite ? entry.password : old.password,
  };
}

/** Identities of the account that the entry does not name stay as they are. */
function buildIdentities(
  present: readonly Identity[],
  entries: BulkEntry["identities"],
  leftOut: Dials["leftOut"],
): Identity[] {
  const identities = [...present];
  for (const { provider, identityId, members } of entries) {
    const found = findIdentity(identities, provider, {
      ...members,
      ...(identityId === undefined ? {} : { identityId }),
    });
    const identity = found ?? { ...newIdentity(provider), ...(identityId === undefined ? {} : { identityId }) };
    const built = leftOut === "merge" ? mergeIdentity(identity, members) : replaceIdentity(identity, members);
    const index = found === undefined ? -1 : identities.indexOf(found);
    if (index < 0) identities.push(built);
    else identities[index] = built;
  }
  return identities;
}

/** The identity with nothing but the given members; an e-mail that stays is as verified as it was. */
function replaceIdentity(identity: Identity, members: JsonObject): Identity {
  const { identityId, provider, email, email_verified: verified } = identity;
  const replaced = mergeIdentity({ identityId, provider }, members);
  if (replaced.email !== undefined && replaced.email === email && verified !== undefined) {
    replaced.email_verified = verified;
  }
  return replaced;
}

function settleConflicts(directory: Directory, built: Account, actor: Actor): void {
  const { emailConflict } = directory.dials.dials;
  for (const identity of built.identities) {
    for (;;) {
      const conflict = findConflict(directory.accounts, identity, built.sub);
      if (conflict === null) break;
      if (conflict.kind === "email" && emailConflict === "take") {
        takeEmail(directory, conflict.owner, conflict.value, actor);
        continue;
      }
      if (conflict.kind === "email" && emailConflict === "event") directory.conflict(conflict.owner, actor);
      throw new BulkRefusal(`${conflict.kind} belongs to another account`);
    }
  }
}

function takeEmail(directory: Directory, sub: string, taken: string, actor: Actor): void {
  const owner = directory.accounts.get(sub);
  if (owner === null) return;
  const identities = owner.identities.map((identity) =>
    `${identity.email}`.toLowerCase() === taken.toLowerCase() ? mergeIdentity(identity, { email: null }) : identity,
  );
  directory.put({ ...owner, identities }, actor, { silent: !directory.dials.dials.bulkWebhooks });
}

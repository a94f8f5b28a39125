import type { CidaasUser } from "../../lib/cidaas/types";
import type { JsonObject, Side } from "../../lib/sync/types";
import type { Chance, Scheduler } from "./scheduler";

/** The rules of the model whose values people edit, with the member on either side. */
export const EDITED = [
  { rule: "first", cidaas: "given_name", legacy: "first" },
  { rule: "last", cidaas: "family_name", legacy: "last" },
] as const;

export type EditedRule = (typeof EDITED)[number]["rule"];

/** What a person did on one side. */
export interface Edit {
  at: number;
  side: Side;
  /** Whose edit it was; the e-mail may be another one by now. */
  email: string;
  /** Sub or legacy id of the edited account. */
  id: string;
  rule: EditedRule;
  value: string;
}

/** As the model's sync is told; within it nobody can tell who wrote a value. */
export const TOLERANCE_MS = 5_000;

/** The longest from a look at a user to the call that it decided. */
const WINDOW_MS = 2_000;

/** Whose deletion is told later than this is not waited for: whoever was edited since is made anew. */
const LATE_NEWS_MS = 60_000;

/** What a person did with an account as a whole. */
export interface Deed {
  at: number;
  do: "bear" | "delete" | "edit";
  owner: string;
}

/** What somebody enters who makes an account. */
export interface Entry {
  owner: string;
  email: string;
  first: string;
  last: string;
  verified: boolean;
}

/** How far the clock of a side is ahead, ms. */
export type Offsets = Record<Side, number>;

export interface TenantNews {
  sub: string;
  eventtype: string;
  createTime: number;
}

/**
 * What the two systems hold. Whoever changes a user is told of nothing else; `onTenantChange` and `onLegacyChange` stand
 * for webhooks and for the stream of legacy records.
 */
export class World {
  readonly tenant = new Map<string, CidaasUser>();
  readonly legacy = new Map<string, JsonObject>();
  /** Earlier states of tenant users, for reads that lag. */
  readonly #earlier = new Map<string, { until: number; user: CidaasUser }[]>();
  readonly edits: Edit[] = [];
  readonly log: string[] = [];
  writes = 0;
  onTenantChange: (news: TenantNews) => void = () => {};
  onLegacyChange: (record: JsonObject) => void = () => {};
  onLegacyDelete: (record: JsonObject) => void = () => {};
  /** Who is behind an account, by sub or legacy id, also when it is gone. Of one that the sync made, who is behind its model. */
  readonly owners = new Map<string, string>();
  /** Subs that the sync has given to a second person, in words. */
  readonly reused: string[] = [];
  readonly deeds: Deed[] = [];
  /** Whether anybody has changed an e-mail. */
  moved = false;
  /** Whose account of the tenant was merged into another one. */
  readonly combined = new Set<string>();
  readonly #scheduler: Scheduler;
  readonly #offsets: Offsets;
  readonly #began: number;
  readonly #partial: boolean;
  /** Until when the state of a tenant user was looked at last before a write, by sub. */
  readonly #lookedAt = new Map<string, number>();
  /** Edits that a bulk call replaced, or hid under the same value, which no look before it could have seen. */
  readonly covered = new Set<Edit>();
  /** Whose account was deleted in the same window, or so long before anybody told of it, and made anew by the call. */
  readonly revived = new Set<string>();
  /** Legacy users whose deletion is safe in the store. */
  readonly told = new Set<string>();
  /** As somebody entered it, by side and owner. */
  readonly #entries = new Map<string, Entry>();
  readonly #goneSince = new Map<string, number>();
  readonly #outUntil = { cidaas: 0, legacy: 0 };
  #born = 0;
  #legacyIds = 0;

  /** @param partial whether a legacy record carries no more than what was changed */
  constructor(scheduler: Scheduler, offsets: Offsets, partial: boolean) {
    this.#partial = partial;
    this.#scheduler = scheduler;
    this.#offsets = offsets;
    this.#began = scheduler.now;
  }

  /** The side takes no call for so long, ms. */
  fail(side: Side, milliseconds: number): void {
    this.note(`${side} is out for ${milliseconds} ms`);
    this.#outUntil[side] = this.#scheduler.now + milliseconds;
  }

  isOut(side: Side): boolean {
    return this.#scheduler.now < this.#outUntil[side];
  }

  timeOn(side: Side): number {
    return this.#scheduler.now + this.#offsets[side];
  }

  note(text: string): void {
    this.log.push(`${String(this.#scheduler.now - this.#began).padStart(9)} ms  ${text}`);
  }

  did(what: Deed["do"], owner: string): void {
    this.deeds.push({ at: this.#scheduler.now, do: what, owner });
  }

  hasLately(what: Deed["do"], owner: string, since: number): boolean {
    return this.deeds.some((deed) => deed.do === what && deed.owner === owner && this.#scheduler.now - deed.at < since);
  }

  /** Somebody makes an account; nothing happens where the side has one with this e-mail. */
  bear(side: Side, entry: Entry): void {
    const { owner, email, first, last, verified } = entry;
    const taken = side === "cidaas" ? this.tenantUser(email) : this.legacyUser(email);
    if (taken) return;
    this.note(`${owner} is born in ${side}${owner === email ? "" : ` as ${email}`}`);
    this.did("bear", owner);
    this.#entries.set(`${side} ${owner}`, entry);
    if (side === "legacy") {
      this.createLegacy(owner, { email, first, last, verified });
      return;
    }
    this.#born += 1;
    const sub = `born-${this.#born}`;
    this.owners.set(sub, owner);
    const user = { email, given_name: first, family_name: last, email_verified: verified };
    this.putTenant(sub, { ...user, userStatus: "VERIFIED" }, "ACCOUNT_CREATED");
  }

  /** A person changes a value; nothing happens where the side has no such user, or holds the value already. */
  edit(side: Side, owner: string, rule: EditedRule, value: string): void {
    const member = memberOf(rule)[side];
    const [holder] = this.accountsOf(side, owner);
    if (!holder || holder[member] === value) return;
    this.note(`${side}: ${owner} sets ${rule} = ${value} (was ${String(holder[member])})`);
    this.edits.push({ at: this.#scheduler.now, side, email: owner, id: idOf(holder), rule, value });
    this.did("edit", owner);
    if (side === "legacy") this.putLegacy(String(holder.id), { [member]: value });
    else this.putTenant(String(holder.sub), { [member]: value }, "ACCOUNT_MODIFIED");
  }

  /** The value that a person was born with on a side; null where that was not on this side. */
  bornWith(side: Side, owner: string, rule: EditedRule): string | null {
    return this.#entries.get(`${side} ${owner}`)?.[rule] ?? null;
  }

  accountsOf(side: Side, owner: string): JsonObject[] {
    const accounts: JsonObject[] = side === "cidaas" ? [...this.tenant.values()] : [...this.legacy.values()];
    return accounts.filter((account) => this.owners.get(idOf(account)) === owner);
  }

  tenantUser(email: string): CidaasUser | undefined {
    return [...this.tenant.values()].find((user) => user.email === email);
  }

  legacyUser(email: string): JsonObject | undefined {
    return [...this.legacy.values()].find((record) => record.email === email);
  }

  readTenant(sub: string, chance: Chance, lagging: boolean): CidaasUser | null {
    const lag = lagging ? chance.between(1, 1_500) : 0;
    const then = this.#scheduler.now - lag;
    this.#lookedAt.set(sub, then);
    const earlier = this.#earlier.get(sub)?.find(({ until }) => until > then);
    const user = earlier?.user ?? this.tenant.get(sub);
    return user ? structuredClone(user) : null;
  }

  putTenant(sub: string, members: JsonObject, eventtype: string): void {
    const present = this.tenant.get(sub);
    if (present)
      this.#earlier.set(sub, [...(this.#earlier.get(sub) ?? []), { until: this.#scheduler.now, user: present }]);
    const time = this.timeOn("cidaas");
    const user: CidaasUser = {
      groups: [],
      identities: [],
      roles: [],
      ...present,
      ...members,
      sub,
      customFields: { ...present?.customFields, ...customFieldsOf(members) },
      updatedTime: new Date(time).toISOString(),
    };
    this.tenant.set(sub, user);
    this.onTenantChange({ sub, eventtype, createTime: time });
  }

  /** A write of ours; edits that it replaces though nobody looked since are kept apart. */
  bulkTenant(sub: string, body: JsonObject): "CREATED" | "UPDATED" {
    const present = this.tenant.get(sub);
    this.writes += 1;
    const names = EDITED.filter(({ cidaas }) => body[cidaas] !== undefined);
    this.note(
      `bulk: ${present ? "update" : "create"} ${sub.slice(0, 8)} ${names.map(({ cidaas }) => `${cidaas}=${body[cidaas]}`).join(" ")}`,
    );
    for (const { rule, cidaas } of names) {
      const last = this.edits.findLast(
        (edit) => edit.email === this.owners.get(sub) && edit.side === "cidaas" && edit.rule === rule,
      );
      const isThere = last !== undefined && present?.[cidaas] === last.value;
      if (isThere && last.at >= (this.#lookedAt.get(sub) ?? 0)) this.covered.add(last);
    }
    const model = customFieldsOf(body).legacy_id;
    const owner = this.owners.get(sub);
    if (!present && owner !== undefined && this.hasLately("delete", owner, WINDOW_MS)) this.revived.add(owner);
    if (!present) this.#own(sub, this.owners.get(String(model)) ?? String(body.email));
    this.putTenant(sub, body, present ? "ACCOUNT_MODIFIED" : "ACCOUNT_CREATED");
    return present ? "UPDATED" : "CREATED";
  }

  #own(sub: string, owner: string): void {
    const former = this.owners.get(sub) ?? owner;
    if (former !== owner) this.reused.push(`the sub ${sub} of ${former} is given to ${owner}`);
    this.owners.set(sub, owner);
  }

  /** The legacy system tells once more of all that it holds. */
  handIn(): void {
    for (const record of this.legacy.values()) this.onLegacyChange(structuredClone(record));
  }

  /** Whoever has just set what our write brings has left no trace: its record is like the echo of the write. */
  hideInLegacy(id: string, members: JsonObject): void {
    const present = this.legacy.get(id);
    for (const { rule, legacy } of EDITED) {
      const last = this.edits.findLast((edit) => edit.email === this.owners.get(id) && edit.rule === rule);
      const isRecent = last !== undefined && last.side === "legacy" && this.#scheduler.now - last.at < TOLERANCE_MS;
      if (isRecent && members[legacy] === last.value && present?.[legacy] === last.value) this.covered.add(last);
    }
  }

  /** A create of ours. */
  makeLegacy(owner: string, members: JsonObject): string {
    const untold = [...this.#goneSince].filter(([id]) => this.owners.get(id) === owner && !this.told.has(id));
    if (untold.some(([, since]) => this.#scheduler.now - since > LATE_NEWS_MS)) this.revived.add(owner);
    return this.createLegacy(owner, members);
  }

  createLegacy(owner: string, members: JsonObject, id = this.#nextLegacyId()): string {
    this.owners.set(id, owner);
    this.legacy.set(id, { id });
    this.putLegacy(id, members);
    return id;
  }

  #nextLegacyId(): string {
    this.#legacyIds += 1;
    return `L${this.#legacyIds}`;
  }

  putLegacy(id: string, members: JsonObject): void {
    const isNew = this.legacy.get(id)?.email === undefined;
    const record = { ...this.legacy.get(id), ...members, id, updated: new Date(this.timeOn("legacy")).toISOString() };
    this.legacy.set(id, record);
    const told = this.#partial && !isNew ? { id, ...members, updated: record.updated } : record;
    this.onLegacyChange(structuredClone(told));
  }

  deleteTenant(sub: string): void {
    const user = this.tenant.get(sub);
    if (!user) return;
    this.#earlier.set(sub, [...(this.#earlier.get(sub) ?? []), { until: this.#scheduler.now, user }]);
    this.tenant.delete(sub);
    this.onTenantChange({ sub, eventtype: "ACCOUNT_DELETED", createTime: this.timeOn("cidaas") });
  }

  /** Whether a legacy user was deleted so long ago, ms. */
  isLongGone(id: string, since: number): boolean {
    const gone = this.#goneSince.get(id);
    return gone !== undefined && !this.legacy.has(id) && this.#scheduler.now - gone > since;
  }

  deleteLegacy(id: string): void {
    this.#goneSince.set(id, this.#scheduler.now);
    if (this.legacy.delete(id)) this.onLegacyDelete({ id, updated: new Date(this.timeOn("legacy")).toISOString() });
  }
}

export function memberOf(rule: EditedRule): (typeof EDITED)[number] {
  const found = EDITED.find((one) => one.rule === rule);
  if (!found) throw new Error(`no rule ${rule}`);
  return found;
}

export function idOf({ sub, id }: JsonObject): string {
  return String(sub ?? id);
}

function customFieldsOf({ customFields }: JsonObject): JsonObject {
  return typeof customFields === "object" && customFields !== null && !Array.isArray(customFields) ? customFields : {};
}

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
  email: string;
  rule: EditedRule;
  value: string;
}

/** As the model's sync is told; within it nobody can tell who wrote a value. */
export const TOLERANCE_MS = 5_000;

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
  readonly #scheduler: Scheduler;
  readonly #offsets: Offsets;
  readonly #began: number;
  /** Until when the state of a tenant user was looked at last before a write, by sub. */
  readonly #lookedAt = new Map<string, number>();
  /** Edits that a bulk call replaced, or hid under the same value, which no look before it could have seen. */
  readonly covered = new Set<Edit>();
  #born = 0;

  constructor(scheduler: Scheduler, offsets: Offsets) {
    this.#scheduler = scheduler;
    this.#offsets = offsets;
    this.#began = scheduler.now;
  }

  timeOn(side: Side): number {
    return this.#scheduler.now + this.#offsets[side];
  }

  note(text: string): void {
    this.log.push(`${String(this.#scheduler.now - this.#began).padStart(9)} ms  ${text}`);
  }

  bear(side: Side, email: string): void {
    const rules = { first: `${side}-first`, last: `${side}-last` };
    this.note(`${email} is born in ${side}`);
    if (side === "legacy") {
      this.createLegacy({ email, ...rules, verified: true });
      return;
    }
    this.#born += 1;
    const user = { email, given_name: rules.first, family_name: rules.last, email_verified: true };
    this.putTenant(`born-${this.#born}`, { ...user, userStatus: "VERIFIED" }, "ACCOUNT_CREATED");
  }

  /** A person changes a value; nothing happens where the side has no such user, or holds the value already. */
  edit(side: Side, email: string, rule: EditedRule, value: string): void {
    const member = memberOf(rule)[side];
    const holder = side === "cidaas" ? this.tenantUser(email) : this.legacyUser(email);
    if (!holder || holder[member] === value) return;
    this.note(`${side}: ${email} sets ${rule} = ${value} (was ${String(holder[member])})`);
    this.edits.push({ at: this.#scheduler.now, side, email, rule, value });
    if (side === "legacy") this.putLegacy(String(holder.id), { [member]: value });
    else this.putTenant(String(holder.sub), { [member]: value }, "ACCOUNT_MODIFIED");
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
        (edit) => edit.email === present?.email && edit.side === "cidaas" && edit.rule === rule,
      );
      const isThere = last !== undefined && present?.[cidaas] === last.value;
      if (isThere && last.at >= (this.#lookedAt.get(sub) ?? 0)) this.covered.add(last);
    }
    this.putTenant(sub, body, present ? "ACCOUNT_MODIFIED" : "ACCOUNT_CREATED");
    return present ? "UPDATED" : "CREATED";
  }

  /** Whoever has just set what our write brings has left no trace: its record is like the echo of the write. */
  hideInLegacy(id: string, members: JsonObject): void {
    const present = this.legacy.get(id);
    for (const { rule, legacy } of EDITED) {
      const last = this.edits.findLast((edit) => edit.email === present?.email && edit.rule === rule);
      const isRecent = last !== undefined && last.side === "legacy" && this.#scheduler.now - last.at < TOLERANCE_MS;
      if (isRecent && members[legacy] === last.value && present?.[legacy] === last.value) this.covered.add(last);
    }
  }

  createLegacy(members: JsonObject): string {
    const id = `L${this.legacy.size + 1}`;
    this.legacy.set(id, { id });
    this.putLegacy(id, members);
    return id;
  }

  putLegacy(id: string, members: JsonObject): void {
    const record = { ...this.legacy.get(id), ...members, id, updated: new Date(this.timeOn("legacy")).toISOString() };
    this.legacy.set(id, record);
    this.onLegacyChange(structuredClone(record));
  }
}

export function memberOf(rule: EditedRule): (typeof EDITED)[number] {
  const found = EDITED.find((one) => one.rule === rule);
  if (!found) throw new Error(`no rule ${rule}`);
  return found;
}

function customFieldsOf({ customFields }: JsonObject): JsonObject {
  return typeof customFields === "object" && customFields !== null && !Array.isArray(customFields) ? customFields : {};
}

import type { Json, JsonObject } from "../../../lib/sync/types";
import type { Conflict, Parked } from "../../../scripts/chaos/admin";
import { type Evidence, type Judgement, judge } from "../../../scripts/chaos/judge";
import type { System } from "../../../scripts/chaos/people";
import type { HistoryEntry } from "../../../simulator";

/** A history written by hand, and what the two systems hold after it. Ann is legacy user 1 and cidaas user a. */
export class Story {
  readonly conflicts: Conflict[] = [];
  readonly parked: Parked[] = [];
  readonly looks = new Map<string, number[]>();
  readonly passwords = new Map<string, string>();
  readonly frozen: { from: number; to: number }[] = [];
  readLagMs = 0;
  passwordInCidaas = "";
  readonly #history: HistoryEntry[] = [];
  readonly #users: Record<System, Map<string, JsonObject>> = { cidaas: new Map(), legacy: new Map() };

  /** Ann was in the legacy system, and the sync has brought her to cidaas at 10. */
  static ofAnn(): Story {
    const story = new Story();
    const fields = { email: "ann@example.org", first_name: "Ann" };
    story.add(1, "legacy", "1", "created", "system", fields);
    story.add(10, "cidaas", "a", "created", "sync", {
      email: fields.email,
      given_name: "Ann",
      "customFields.legacy_id": "1",
    });
    return story;
  }

  /** Something happens; `at` in ms. */
  add(
    at: number,
    system: System,
    id: string,
    kind: HistoryEntry["kind"],
    by: HistoryEntry["by"],
    fields: Record<string, Json> = {},
  ): this {
    this.#history.push({ seq: this.#history.length + 1, at, system, id, kind, by, fields });
    const users = this.#users[system];
    if (kind === "deleted") users.delete(id);
    else if (kind === "created" || kind === "updated") users.set(id, { ...users.get(id), ...fields });
    return this;
  }

  renamed(at: number, by: "user" | "sync", system: System, name: string): this {
    const [id, path] = system === "cidaas" ? ["a", "given_name"] : ["1", "first_name"];
    return this.add(at, system, id, "updated", by, { [path]: name });
  }

  judge(): Judgement {
    const evidence: Evidence = {
      history: this.#history,
      users: { cidaas: this.#snapshot("cidaas"), legacy: this.#snapshot("legacy") },
      conflicts: this.conflicts,
      parked: this.parked,
      passwords: this.passwords,
      canLogIn: (_, password) => password === this.passwordInCidaas,
      looks: this.looks,
      readLagMs: this.readLagMs,
      mostBetweenMs: 1000,
      momentMs: 20,
      frozen: this.frozen,
    };
    return judge(evidence);
  }

  /** The names of what the judgement finds wrong. */
  faults(): string[] {
    const { stories: _, ...findings } = this.judge();
    return Object.entries(findings).flatMap(([name, list]) => (list.length > 0 ? [name] : []));
  }

  /** The users with everything that the comparison looks at. */
  #snapshot(system: System): JsonObject[] {
    return [...this.#users[system]].map(([id, fields]) => {
      if (system === "legacy") return { id, newsletter: "N", status: "active", ...fields };
      const { "customFields.legacy_id": legacyId = null, ...others } = fields;
      return { sub: id, userStatus: "VERIFIED", customFields: { legacy_id: legacyId, newsletter: false }, ...others };
    });
  }
}

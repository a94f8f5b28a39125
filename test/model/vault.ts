import { DatabaseSync } from "node:sqlite";
import { ADOPTION_NOTE, type Adoption } from "../../lib/cidaas/adoption";
import type { ConflictEntry, Engine, SyncStore } from "../../lib/store/types";
import { type MemoryOptions, openMemoryEngine, sharedMemory } from "./store";
import { memberOf, type World } from "./world";

const KEY = "users";
/** Until when an edit is told of, where nobody is down. */
const LONGEST_NEWS_MS = 10_000;

let databases = 0;

/** A store of its own, which can be put back to what it was. */
export class Vault {
  readonly #options: MemoryOptions;
  #engine: Engine;
  /** Keeps the backup in memory. */
  #backup: { path: string; keeper: DatabaseSync } | null = null;
  /** What the stores that were replaced had recorded: a person may have read it. */
  readonly conflicts: ConflictEntry[] = [];

  private constructor(options: MemoryOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
  }

  static async open(options: MemoryOptions): Promise<Vault> {
    const vault = new Vault(options, await openMemoryEngine(options));
    const adopted: Adoption = { state: "complete", users: 0, position: null, at: options.now() };
    await vault.store.setNote(ADOPTION_NOTE, JSON.stringify(adopted));
    return vault;
  }

  get store(): SyncStore {
    return this.#engine.sync(KEY);
  }

  async backUp(): Promise<void> {
    this.#backup?.keeper.close();
    databases += 1;
    const path = sharedMemory(`backup-${databases}`);
    this.#backup = { path, keeper: new DatabaseSync(path) };
    await this.#engine.backup(path);
  }

  /** Puts the backup in the place of the store, and recovers it. Resolves with whether there was one. */
  async restore(): Promise<boolean> {
    if (!this.#backup) return false;
    this.conflicts.push(...(await this.store.conflicts({ limit: 1_000 })).items);
    const lost = this.#engine;
    this.#engine = await openMemoryEngine(this.#options, this.#backup.path);
    await lost.close();
    await this.store.recover();
    return true;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    this.#backup?.keeper.close();
  }
}

/**
 * The store is lost but for a backup of that time. An edit of which it had heard since, and which a write of ours had covered on
 * its side unrecorded, is in no hands now.
 */
export function loseUnseen(world: World, backedUpAt: number, recorded: readonly ConflictEntry[]): void {
  for (const edit of world.edits) {
    const { side, email, rule, value } = edit;
    const isLast =
      edit === world.edits.findLast((one) => one.side === side && one.email === email && one.rule === rule);
    const isHeld = world.accountsOf(side, email)[0]?.[memberOf(rule)[side]] === value;
    const isRecorded = recorded.some(
      (one) => one.rule === rule && world.owners.get(one.sub ?? "") === email && one.winner !== side,
    );
    if (edit.at > backedUpAt - LONGEST_NEWS_MS && isLast && !isHeld && !isRecorded) world.covered.add(edit);
  }
}

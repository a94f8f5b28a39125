import { SyncError } from "../../lib/errors";
import { DEFAULT_DIALS, type Dials } from "../kit/dials";
import { FaultyDials } from "../kit/faults";
import { History } from "../kit/history";
import { startServer } from "../kit/http";
import { LegacyDatabase } from "./database";
import { type EventReceiver, Outbox } from "./outbox";
import { legacyRoutes } from "./routes";
import { LegacySystem } from "./system";
import type { LegacyPatch, LegacyUser } from "./user";

export type { EventReceiver } from "./outbox";
export { startPassword } from "./people";
export type { LegacyPatch, LegacyUser } from "./user";

export const DEFAULT_LEGACY_KEY = "simulator-legacy-key";

export interface LegacyOptions {
  host?: string;
  /** 0 picks a free port. */
  port?: number;
  /** Path of the SQLite file; `:memory:` keeps nothing. */
  database?: string;
  /** What callers have to send as `x-api-key`. */
  apiKey?: string;
  /** Users made up when the table is empty. */
  users?: number;
  /** Who gets the change events; null lets them wait in the outbox. */
  events?: EventReceiver | null;
  dials?: Partial<Dials>;
  history?: History;
  /** Factor on the times between repetitions of an event; 1 = 1 s, 2 s, 4 s … 60 s. */
  timeScale?: number;
}

/** A legacy system that runs. What its methods write counts as a user's own edit, and fires events like one. */
export interface RunningLegacy {
  /** Without trailing slash. */
  url: string;
  setDials(dials: Partial<Dials>): void;
  setEvents(receiver: EventReceiver | null): void;
  /** All users by id. */
  snapshot(): LegacyUser[];
  userCount(): number;
  /** Throws `NOT_FOUND`, `INPUT_INVALID` and `EMAIL_TAKEN`. */
  edit(id: string | number, patch: LegacyPatch): void;
  /** The new user's id: the one given, of somebody deleted, or one that nobody ever had. Throws `INPUT_INVALID` and `EMAIL_TAKEN`. */
  create(user: LegacyPatch & { password?: string }, id?: string): string;
  /** Throws `NOT_FOUND` and `INPUT_INVALID`. */
  changePassword(id: string | number, password: string): void;
  /** Throws `NOT_FOUND`. */
  remove(id: string | number): void;
  /** Events not yet taken by the receiver. */
  pendingEvents(): number;
  /** Requests per endpoint. */
  calls(): Record<string, number>;
  close(): Promise<void>;
}

/** Starts a legacy system. Rejects when it cannot listen or cannot open its database. */
export async function startLegacy(options: LegacyOptions = {}): Promise<RunningLegacy> {
  const history = options.history ?? new History();
  const faults = new FaultyDials({ ...DEFAULT_DIALS, ...options.dials });
  const database = new LegacyDatabase(options.database ?? ":memory:");
  const outbox = new Outbox({ database, faults, receiver: options.events ?? null, timeScale: options.timeScale ?? 1 });
  const system = new LegacySystem({ database, outbox, history, now: () => Date.now() + faults.dials.clockOffsetMs });
  system.populate(options.users ?? 0);
  const apiKey = options.apiKey ?? DEFAULT_LEGACY_KEY;

  async function closeStore(): Promise<void> {
    await outbox.close();
    database.close();
  }

  const server = await startServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    routes: legacyRoutes({ database, system, faults, history, apiKey }),
    before: (request) => faults.meet(request),
    after: (request) => faults.holdAnswer(request),
  }).catch(async (thrown: unknown) => {
    await closeStore();
    throw thrown;
  });

  return {
    url: server.url,
    setDials: (dials) => faults.set(dials),
    setEvents: (receiver) => outbox.setReceiver(receiver),
    snapshot: () => database.page(0, -1),
    userCount: () => database.count(),
    edit: (id, patch) => mustExist(system.edit(Number(id), patch, "user") !== null),
    create: (user, id) => String(system.create(user, "user", id === undefined ? null : Number(id)).id),
    changePassword: (id, password) => mustExist(system.changePassword(Number(id), password, "user")),
    remove: (id) => mustExist(system.remove(Number(id), "user")),
    pendingEvents: () => outbox.pending(),
    calls: () => server.calls(),
    close: async () => {
      await server.close();
      await closeStore();
    },
  };
}

function mustExist(found: boolean): void {
  if (!found) throw new SyncError("NOT_FOUND", "Name a user of the legacy system by its id.");
}

/*
 * Runs inside Node-RED, loaded before anything else and in each of its threads: see `sabotage.ts`, which builds it. What
 * it is told and what it tells lies in files of one directory, because the process may be stopped or killed at any time.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isMainThread } from "node:worker_threads";
import type { Lane } from "../../lib/sync/types";
import { TRACE_CHANNELS, type TracePoint } from "../../lib/trace";
import { DIRECTORY_VARIABLE, FILES, type Order } from "./orders";

const LOOK_EVERY_MS = 20;
const FILL_EVERY_MS = 1000;
/** The most pages that SQLite allows. */
const NO_LIMIT = 4_294_967_294;

const directory = process.env[DIRECTORY_VARIABLE] ?? "";
const file = (name: keyof typeof FILES) => join(directory, FILES[name]);

if (isMainThread) {
  writeFileSync(file("pid"), String(process.pid));
  // A full disk says so again after a restart.
  rmSync(file("diskIsFull"), { force: true });
  watchLeases();
  notePlans();
}
obeyOrders();
watchDisk();

/** Stops or kills this process at the next pass of the point that the order names. */
function obeyOrders(): void {
  for (const [point, channel] of Object.entries(TRACE_CHANNELS)) {
    channel.subscribe((facts) => {
      const order = readOrder();
      if (order?.point !== point || (order.lane !== null && order.lane !== laneOf(facts))) return;
      try {
        // Whoever gets the file away is the one to obey: threads pass points at the same time.
        renameSync(file("order"), file("passed"));
      } catch {
        return;
      }
      process.kill(process.pid, order.end === "kill" ? "SIGKILL" : "SIGSTOP");
    });
  }
}

function readOrder(): Order | null {
  try {
    return JSON.parse(readFileSync(file("order"), "utf8"));
  } catch {
    return null;
  }
}

function laneOf(facts: unknown): unknown {
  return typeof facts === "object" && facts !== null && "lane" in facts ? facts.lane : null;
}

/** Notes whenever a person has two leases that are valid at the same time. */
function watchLeases(): void {
  const held = new Map<string, LeaseNews>();
  const isValid = (token: string) => (held.get(token)?.until ?? 0) > Date.now();
  on("lease-held", (lease) => {
    const others = [...held.values()].filter(({ token, person }) => token !== lease.token && person === lease.person);
    held.set(lease.token, lease);
    for (const other of others.filter(({ token }) => isValid(token))) {
      // A settled lease is dropped by whoever is told of the commit, which may be in this same turn.
      setImmediate(() => {
        if (isValid(other.token) && isValid(lease.token)) noteTwice(other, lease);
      });
    }
  });
  on("lease-extended", (lease) => {
    const known = held.get(lease.token);
    if (known) held.set(lease.token, { ...known, ...lease });
  });
  on("lease-dropped", ({ token }) => held.delete(token));
}

function notePlans(): void {
  TRACE_CHANNELS["lease-planned"].subscribe((facts) => {
    appendFileSync(file("plans"), `${JSON.stringify(facts)}\n`);
  });
}

interface LeaseNews {
  token: string;
  lane?: Lane;
  person?: number;
  until?: number;
}

function on(point: TracePoint, listener: (lease: LeaseNews) => void): void {
  TRACE_CHANNELS[point].subscribe((facts) => {
    if (isLeaseNews(facts)) listener(facts);
  });
}

function isLeaseNews(facts: unknown): facts is LeaseNews {
  return typeof facts === "object" && facts !== null && "token" in facts && typeof facts.token === "string";
}

function noteTwice(first: LeaseNews, second: LeaseNews): void {
  const until = new Date(first.until ?? 0).toISOString();
  const text = `${second.lane} although ${first.lane} has it until ${until}`;
  appendFileSync(file("heldTwice"), `${new Date().toISOString()} person ${second.person}: ${text}\n`);
}

/** While the file of a full disk lies there, the databases that this thread has open may not grow by a single page. */
function watchDisk(): void {
  const open = new Set<DatabaseSync>();
  const { exec, close } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    open.add(this);
    exec.call(this, sql);
  };
  DatabaseSync.prototype.close = function (this: DatabaseSync): void {
    open.delete(this);
    close.call(this);
  };
  /** When each of them was made full, ms since the epoch. */
  const full = new Map<DatabaseSync, number>();
  const timer = setInterval(() => {
    const shouldBeFull = existsSync(file("diskFull"));
    if (!shouldBeFull && full.size === 0) return;
    for (const database of open) {
      if (shouldBeFull) {
        if (Date.now() - (full.get(database) ?? 0) < FILL_EVERY_MS) continue;
        // Free pages inside the file would go on taking rows, and what is settled leaves new ones.
        exec.call(database, `PRAGMA max_page_count = ${NO_LIMIT}`);
        exec.call(database, "VACUUM");
        exec.call(database, `PRAGMA max_page_count = ${pageCount(database)}`);
        full.set(database, Date.now());
        writeFileSync(file("diskIsFull"), "");
      } else if (full.delete(database)) {
        exec.call(database, `PRAGMA max_page_count = ${NO_LIMIT}`);
      }
    }
  }, LOOK_EVERY_MS);
  timer.unref();
}

function pageCount(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA page_count").get()?.page_count);
}

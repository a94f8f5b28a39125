/*
 * Preloaded into a Node.js process: while the file named by FULL_DISK_FLAG lies there, no SQLite database of the process
 * may grow, which SQLite reports as a full disk (SQLITE_FULL). Works in worker threads, too.
 */
const { existsSync } = require("node:fs");
const { DatabaseSync } = require("node:sqlite");

const LOOK_EVERY_MS = 20;
const MOST_PAGES = 1_073_741_823;

const flag = process.env.FULL_DISK_FLAG;
const databases = new Set();
let isFull = false;

/** Remembers each database at its first use. */
for (const name of ["exec", "prepare"]) {
  const original = DatabaseSync.prototype[name];
  DatabaseSync.prototype[name] = function (...given) {
    databases.add(this);
    return Reflect.apply(original, this, given);
  };
}

function limit(database) {
  if (!database.isOpen) {
    databases.delete(database);
    return;
  }
  try {
    const { page_count: present } = database.prepare("PRAGMA page_count").get();
    database.exec(`PRAGMA max_page_count = ${isFull ? present : MOST_PAGES}`);
  } catch {
    // In the middle of a transaction: the next look comes soon.
  }
}

setInterval(() => {
  const wasFull = isFull;
  isFull = existsSync(flag);
  if (isFull || wasFull) for (const database of [...databases]) limit(database);
}, LOOK_EVERY_MS).unref();

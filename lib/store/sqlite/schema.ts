/**
 * `mark` holds what waits, `lease` what is in flight: its primary key makes "a person is in flight once at most, over
 * both lanes" structural. Payloads are encrypted; all other columns hold ids, times, prints and names of rules only.
 */
const TABLES = `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    sync TEXT NOT NULL,
    sub TEXT,
    legacy_id TEXT,
    in_cidaas INTEGER NOT NULL,
    in_legacy INTEGER NOT NULL,
    deleted_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX person_sub ON person (sync, sub) WHERE sub IS NOT NULL;
  CREATE UNIQUE INDEX person_legacy_id ON person (sync, legacy_id) WHERE legacy_id IS NOT NULL;

  CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    sync TEXT NOT NULL,
    lane TEXT NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (person, lane)
  ) STRICT;
  CREATE INDEX mark_due ON mark (sync, lane, priority, due_at);

  CREATE TABLE lease (
    person INTEGER PRIMARY KEY REFERENCES person (id),
    token TEXT NOT NULL UNIQUE,
    sync TEXT NOT NULL,
    lane TEXT NOT NULL,
    until INTEGER NOT NULL,
    settles_before INTEGER NOT NULL,
    version INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE INDEX lease_until ON lease (sync, until);

  CREATE TABLE lost_lease (
    token TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    lane TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lost_lease_person ON lost_lease (person);
  CREATE INDEX lost_lease_at ON lost_lease (at);

  CREATE TABLE ledger (
    person INTEGER PRIMARY KEY REFERENCES person (id),
    entries TEXT NOT NULL
  ) STRICT;

  CREATE TABLE intent (
    person INTEGER NOT NULL REFERENCES person (id),
    side TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (person, side)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE identifier (
    sync TEXT NOT NULL,
    side TEXT NOT NULL,
    print TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id),
    intent INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    PRIMARY KEY (sync, side, print, person, intent)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX identifier_person ON identifier (person, side, intent);

  CREATE TABLE parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sync TEXT NOT NULL,
    lane TEXT NOT NULL,
    person INTEGER REFERENCES person (id),
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE INDEX parked_code ON parked (sync, lane, code);
  CREATE INDEX parked_person ON parked (person);

  CREATE TABLE conflict (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sync TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id),
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conflict_sync ON conflict (sync);
  CREATE INDEX conflict_person ON conflict (person);

  CREATE TABLE tally (
    sync TEXT NOT NULL,
    lane TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (sync, lane, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE pause (
    sync TEXT NOT NULL,
    lane TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (sync, lane)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE note (
    sync TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sync, name)
  ) STRICT, WITHOUT ROWID;
`;

/** Prints of persons that were erased on request, each with the time until which it is kept. */
const FORGOTTEN = `
  CREATE TABLE forgotten (
    sync TEXT NOT NULL,
    print TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (sync, print)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX forgotten_until ON forgotten (until);
`;

/** Finds a conflict by what makes it the same: person, rule, winner, and the times of both edits. */
const CONFLICT_IDENTITY = `
  DROP INDEX conflict_person;
  CREATE INDEX conflict_identity
    ON conflict (person, body ->> 'rule', body ->> 'winner', body ->> 'cidaasTime', body ->> 'legacyTime');
`;

/**
 * SQL that brings a store from version i (`PRAGMA user_version`) to i + 1; the first makes the tables of a new store.
 * Entries are only added, never changed: a later version is another entry. Table `meta` keeps its form in all of them,
 * since the keys are read before the store is migrated.
 */
export const MIGRATIONS: readonly string[] = [TABLES, FORGOTTEN, CONFLICT_IDENTITY];

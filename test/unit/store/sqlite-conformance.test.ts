import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteEngine } from "../../../lib/store/sqlite/engine";
import { describeEngine } from "./conformance";

describe("the sqlite engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "store-conformance-"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  describeEngine((database, settings) =>
    openSqliteEngine({ path: join(directory, `${database}.db`), encryptionKey: "a secret of the tests", ...settings }),
  );
});

import { DatabaseSync } from "node:sqlite";
import { openMemoryEngine, sharedMemory } from "../../model/store";
import { describeEngine } from "../store/conformance";

describe("the embedded engine in memory", () => {
  /** One connection beside the engine for each database: it would be gone with the engine otherwise. */
  const keepers = new Map<string, DatabaseSync>();
  after(() => {
    for (const keeper of keepers.values()) keeper.close();
  });

  describeEngine((database, settings) => {
    const path = sharedMemory(database);
    if (!keepers.has(path)) keepers.set(path, new DatabaseSync(path));
    return openMemoryEngine(settings, path);
  });
});

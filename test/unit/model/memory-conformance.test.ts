import { openMemoryEngine } from "../../model/store";
import { describeEngine } from "../store/conformance";

describe("the embedded engine in memory", () => {
  describeEngine((_database, settings) => openMemoryEngine(settings));
});

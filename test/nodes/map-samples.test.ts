import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { withBench } from "./fixture";
import { legacyRecord, toCidaas } from "./flow";

const RULES = [
  { id: "email", cidaas: "email", legacy: "email", transform: "lower" },
  { id: "given_name", cidaas: "given_name", legacy: "first_name" },
  {
    id: "status",
    cidaas: "userStatus",
    legacy: "status",
    transform: "enum",
    options: { pairs: [["VERIFIED", "active"]] },
  },
];

describe("The samples of a user-sync", () => {
  const bench = withBench();

  const load = (samples: unknown) =>
    bench.load(toCidaas(), { sync: { rules: RULES, samples: JSON.parse(JSON.stringify(samples)) } });

  const sample = (expected: JsonObject) => {
    const record = { ...legacyRecord(), email: "Ada@example.org", first_name: "Ada", status: "active" };
    return { name: "row of a table", side: "legacy", record, expected };
  };

  const EXPECTED = { email: "ada@example.org", given_name: "Ada", userStatus: "VERIFIED" };

  it("let users through when they pass", async () => {
    await load([sample(EXPECTED)]);
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.settled("to-cidaas", 1);
    should(await bench.counters("to-cidaas")).match({ delivered: 1 });
  });

  it("stop the nodes when one fails, and say which and where", async () => {
    await load([sample(EXPECTED), { ...sample({ ...EXPECTED, given_name: "Grace" }), name: "other row" }]);
    await bench.red("to-cidaas");
    const log = bench.logged("to-cidaas").join();
    should(log).match(/"other row" gives another result at given_name/);
    should(log).not.match(/Grace|Ada|row of a table/);
  });

  it("are an error of configuration when they are none", async () => {
    await load([{ name: "no record" }]);
    await bench.until(() => /\bsamples: the entry 1 needs/.test(bench.logged("to-cidaas").join()), "the error");
  });
});

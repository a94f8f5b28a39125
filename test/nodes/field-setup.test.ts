import should from "should";
import { withBench } from "./fixture";
import { legacyRecord, toCidaas } from "./flow";

const FIELDS = ["legacy_id", "newsletter", "tier"];
const WARNING = 30;

describe("The tenant's field setup", () => {
  const bench = withBench();

  const load = async (dials: Parameters<typeof bench.simulator.tenant.setDials>[0]) => {
    bench.simulator.tenant.setDials(dials);
    await bench.load(toCidaas());
    await bench.green("batcher");
  };

  it("lets users pass whose custom fields are enabled, and says nothing", async () => {
    await load({ customFields: FIELDS });
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.settled("to-cidaas", 1);
    should((await bench.counters("to-cidaas")).delivered).equal(1);
    should([...bench.logged("sync"), ...bench.logged("sync", WARNING)]).eql([]);
  });

  it("parks users with a value where the tenant would drop it, and names the fields in the log", async () => {
    await load({ customFields: FIELDS, disabledFields: ["tier"] });
    bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord({ tier: "" })] });
    should((await bench.first("invalid-back")).errors).match([
      { rule: "tier", path: "customFields.tier", code: "CUSTOM_FIELD_DISABLED" },
    ]);
    await bench.settled("to-cidaas", 2);
    should(await bench.counters("to-cidaas")).match({ delivered: 1, parked: 1 });
    should(bench.logged("sync")).match([/: tier\. Enable/]);
  });

  it("checks nothing where the client may not read it, and says so once", async () => {
    await load({ customFields: [], scopes: ["cidaas:bulk_user_create", "cidaas:users_read"] });
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.settled("to-cidaas", 1);
    should((await bench.counters("to-cidaas")).delivered).equal(1);
    should(bench.logged("sync", WARNING)).match([/cidaas:field_setup_read/]);
    should(bench.logged("sync")).eql([]);
  });
});

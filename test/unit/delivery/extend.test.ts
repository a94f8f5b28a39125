import should from "should";
import { latestStart } from "../../../lib/delivery/extend";
import { LeaseRegistry } from "../../../lib/delivery/registry";
import { leaseOf } from "./leases";

describe("the latest start of a call", () => {
  const registry = new LeaseRegistry();
  registry.add([leaseOf({ token: "a", until: 200_000 }), leaseOf({ token: "b", until: 180_000 })]);
  const start = (tokens: string[], timeoutMs: number) => latestStart({ registry, leaseMs: 180_000 }, tokens, timeoutMs);

  it("leaves time for the whole call before the first of its leases ends", () => {
    should(start(["a"], 60_000)).equal(140_000);
    should(start(["a", "b"], 60_000)).equal(120_000);
  });

  it("is half a lease before its end where the call may take longer than that", () => {
    should(start(["b"], 3_600_000)).equal(90_000);
  });

  it("is over for a lease that is held no more", () => {
    should(start(["a", "gone"], 60_000)).be.belowOrEqual(0);
  });
});

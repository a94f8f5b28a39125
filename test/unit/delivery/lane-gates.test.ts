import should from "should";
import { LaneGates } from "../../../lib/delivery/lane-gates";

const LANE = "to-cidaas";

describe("the gate of a lane", () => {
  function failing(times: number, now = 0): LaneGates {
    const gates = new LaneGates();
    for (let n = 0; n < times; n += 1) gates.failed(LANE, "unreachable", now);
    return gates;
  }

  it("stays open for failures that may be the users'", () => {
    const gates = failing(4);
    should(gates.closedFor(LANE, 0)).be.null();
    should(gates.isFailing(LANE)).be.false();
  });

  it("closes at the fifth failure in a row, and says why", () => {
    const gates = failing(5);
    should(gates.closedFor(LANE, 0)).equal("unreachable");
    should(gates.closedFor("to-legacy", 0)).be.null();
    should(gates.isFailing(LANE)).be.true();
  });

  it("takes one person who fails alone again and again for one failure", () => {
    const gates = failing(2);
    for (let n = 0; n < 9; n += 1) gates.failed(LANE, "server error", 0, 1);
    should(gates.isFailing(LANE)).be.false();
    gates.failed(LANE, "server error", 0, 2);
    should(gates.isFailing(LANE)).be.false();
    gates.failed(LANE, "server error", 0, 3);
    should(gates.isFailing(LANE)).be.true();
    gates.failed(LANE, "server error", 2_000, 1);
    should(gates.closedFor(LANE, 2_000)).equal("server error");
  });

  it("opens for a try, and closes for twice as long when that fails too, up to 30 s", () => {
    const gates = failing(5);
    let now = 0;
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      should(gates.closedFor(LANE, now + pause - 1)).equal("unreachable");
      should(gates.closedFor(LANE, now + pause)).be.null();
      now += pause;
      gates.failed(LANE, "unreachable", now);
    }
  });

  it("takes calls that were on their way together and fail together for one outage", () => {
    const gates = failing(16, 100);
    should(gates.closedFor(LANE, 1_099)).equal("unreachable");
    should(gates.closedFor(LANE, 1_100)).be.null();
  });

  it("forgets everything with a call that succeeds", () => {
    const gates = failing(9);
    gates.succeeded(LANE, 1_000);
    gates.failed(LANE, "unreachable", 1_000);
    should(gates.closedFor(LANE, 1_000)).be.null();
    should(gates.isFailing(LANE)).be.false();
  });

  it("is not opened by a call that was on its way when it closed", () => {
    const gates = new LaneGates();
    gates.close(LANE, "no scope", 500);
    gates.succeeded(LANE, 499);
    should(gates.closedFor(LANE, 499)).equal("no scope");
  });

  it("closes at once for a wrong configuration", () => {
    const gates = new LaneGates();
    gates.close(LANE, "no scope", 500);
    should(gates.closedFor(LANE, 499)).equal("no scope");
    should(gates.closedFor(LANE, 500)).be.null();
  });
});

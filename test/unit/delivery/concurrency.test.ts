import fc from "fast-check";
import should from "should";
import { CALL_KINDS, type CallKind, CallWindow, nextKind } from "../../../lib/delivery/concurrency";

describe("the window of calls in flight", () => {
  const succeed = (window: CallWindow, times: number) => {
    for (let count = 0; count < times; count += 1) window.succeeded(window.round);
  };

  it("begins at its ceiling and never passes it", () => {
    const window = new CallWindow(8);
    succeed(window, 100);
    should(window.limit).equal(8);
  });

  it("is halved by distress, down to one call", () => {
    const window = new CallWindow(8);
    const limits = Array.from({ length: 5 }, () => {
      window.distressed(window.round);
      return window.limit;
    });
    should(limits).eql([4, 2, 1, 1, 1]);
  });

  it("takes the failures of calls that were in flight together for one", () => {
    const window = new CallWindow(8);
    const round = window.round;
    for (let call = 0; call < 8; call += 1) window.distressed(round);
    should(window.limit).equal(4);
    window.distressed(window.round);
    should(window.limit).equal(2);
  });

  it("grows by about one call per full window of successes", () => {
    const window = new CallWindow(8);
    window.distressed(window.round);
    let successes = 0;
    while (window.limit < 8) {
      succeed(window, 1);
      successes += 1;
    }
    should(successes).be.within(4 + 5 + 6 + 7, 5 + 6 + 7 + 8);
  });

  it("learns nothing of calls that were sent before it was halved", () => {
    const window = new CallWindow(2);
    const before = window.round;
    window.distressed(before);
    for (let call = 0; call < 100; call += 1) window.succeeded(before);
    should(window.limit).equal(1);
  });
});

describe("the shares of reads and writes", () => {
  const amounts = fc.record({ read: fc.nat(40), write: fc.nat(40) });
  const ask = (waiting: Record<CallKind, number>, active: Record<CallKind, number>, limit: number) =>
    nextKind(waiting, active, limit, "read");

  it("leave the last slots to the other kind, however many ask", () => {
    should(ask({ read: 9, write: 0 }, { read: 6, write: 0 }, 8)).equal(null);
    should(ask({ read: 9, write: 1 }, { read: 6, write: 0 }, 8)).equal("write");
    should(ask({ read: 0, write: 9 }, { read: 0, write: 5 }, 8)).equal("write");
    should(ask({ read: 1, write: 9 }, { read: 0, write: 1 }, 2)).equal("read");
  });

  it("let a kind have what the other one does not need", () => {
    should(ask({ read: 0, write: 9 }, { read: 2, write: 5 }, 8)).equal("write");
  });

  it("give a single slot to one kind after the other", () => {
    const order: CallKind[] = [];
    let last: CallKind = "read";
    for (let turn = 0; turn < 4; turn += 1) {
      last = nextKind({ read: 5, write: 5 }, { read: 0, write: 0 }, 1, last) ?? last;
      order.push(last);
    }
    should(order).eql(["write", "read", "write", "read"]);
    should(nextKind({ read: 5, write: 0 }, { read: 0, write: 0 }, 1, "read")).equal("read");
  });

  it("pass no limit, start nobody who does not wait, and starve nobody", () => {
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: 1, max: 32 }), (waiting, active, limit) => {
        const kind = ask(waiting, active, limit);
        if (kind !== null) {
          should(waiting[kind]).be.above(0);
          should(active.read + active.write).be.below(limit);
        }
        for (const own of CALL_KINDS) {
          const other = own === "read" ? "write" : "read";
          // Whoever has nothing in flight gets a free slot, and there is one unless the window has just shrunk.
          if (waiting[own] > 0 && active[own] === 0 && active[other] > 0 && active[other] < limit)
            should(kind).equal(own);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

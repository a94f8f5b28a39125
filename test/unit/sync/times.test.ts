import should from "should";
import { newest, spanOfRead } from "../../../lib/sync/times";
import { at } from "./asking";

describe("spanOfRead", () => {
  const events = { first: 10, last: 20 };

  it("reaches to the time of the user, whose last event may still be on its way", () => {
    should(spanOfRead(events, 30, [])).eql({ first: 10, last: 30 });
    should(spanOfRead(events, 15, [])).eql(events);
  });

  it("does not take a write of ours for somebody's edit", () => {
    should(spanOfRead(events, 30, [{ at: 29, until: 31 }])).eql(events);
    should(spanOfRead(null, 30, [{ at: 29, until: 31 }])).be.null();
    should(spanOfRead(events, 32, [{ at: 29, until: 31 }])).eql({ first: 10, last: 32 });
  });

  it("is the time of the user where no event told one, and nothing where nobody does", () => {
    should(spanOfRead(null, 30, [])).eql({ first: 30, last: 30 });
    should(spanOfRead(events, null, [])).eql(events);
    should(spanOfRead(null, null, [])).be.null();
  });
});

describe("newest", () => {
  const cidaas = { first: 100, last: 200 };

  it("lets the later edit win where the clocks can tell", () => {
    should(newest(cidaas, at(211), 10)).eql({ winner: "legacy", ambiguous: false });
    should(newest(cidaas, at(89), 10)).eql({ winner: "cidaas", ambiguous: false });
  });

  it("gives cidaas what lies inside its span, or closer to it than the tolerance, as ambiguous", () => {
    for (const legacy of [90, 150, 210])
      should(newest(cidaas, at(legacy), 10)).eql({ winner: "cidaas", ambiguous: true });
  });

  it("lets a legacy edit win that ends later, and says so where it may have begun earlier", () => {
    should(newest(cidaas, { first: 211, last: 400 }, 10)).eql({ winner: "legacy", ambiguous: false });
    should(newest(cidaas, { first: 210, last: 400 }, 10)).eql({ winner: "legacy", ambiguous: true });
  });

  it("never lets an edit without a time beat one with a time", () => {
    should(newest(null, at(150), 10)).eql({ winner: "legacy", ambiguous: false });
    should(newest(cidaas, null, 10)).eql({ winner: "cidaas", ambiguous: false });
    should(newest(null, null, 10)).eql({ winner: "cidaas", ambiguous: true });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { TRACE_CHANNELS, trace, traceSend, traceSettle } from "../../lib/trace";
import { CHECKOUT } from "../support/user-directory";

/** What is told by the trace points while `work` goes on, in order. */
async function told(work: () => unknown): Promise<[string, unknown][]> {
  const heard: [string, unknown][] = [];
  const listeners = Object.values(TRACE_CHANNELS).map((channel) => {
    const listener = (facts: unknown) => void heard.push([String(channel.name), facts]);
    channel.subscribe(listener);
    return () => channel.unsubscribe(listener);
  });
  await work();
  for (const stop of listeners) stop();
  return heard;
}

describe("The trace points", () => {
  const facts = { lane: "to-cidaas", users: 2 };

  it("tell their subscribers at once", async () => {
    should(await told(() => trace("page-adopted", { users: 3 }))).eql([["user-sync:page-adopted", { users: 3 }]]);
  });

  it("enclose a call, whichever way it ends", async () => {
    const failing = () => Promise.reject(new Error("cut"));
    const heard = await told(() => should(traceSend("to-cidaas", 2, failing)).be.rejectedWith("cut"));
    should(heard).eql([
      ["user-sync:before-send", facts],
      ["user-sync:after-send", facts],
    ]);
  });

  it("tell of a settle only when it is committed", async () => {
    const failing = () => Promise.reject(new Error("full"));
    const heard = await told(() => should(traceSettle("to-cidaas", 2, failing)).be.rejectedWith("full"));
    should(heard).eql([["user-sync:before-settle", facts]]);
    should(await told(() => traceSettle("to-cidaas", 2, async () => 1))).have.length(2);
  });

  it("are all documented", () => {
    const text = readFileSync(join(CHECKOUT, "docs/development.md"), "utf8");
    for (const { name } of Object.values(TRACE_CHANNELS)) should(text).containEql(`\`${String(name)}\``);
  });
});

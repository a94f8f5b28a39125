import should from "should";
import { type Asking, createLimiter, type LimiterOptions } from "../../../lib/delivery/limiter";

/** A clock moved by hand, with the timers set on it. */
class Clock {
  time = 0;
  private timers: { at: number; callback: () => void }[] = [];

  readonly now = () => this.time;

  readonly setTimer = (callback: () => void, ms: number) => {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  get pending(): number {
    return this.timers.length;
  }

  advance(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((timer) => timer.at <= this.time);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.callback();
  }
}

const READ: Asking = { kind: "read", refusal: () => null };

function setUp(options: Pick<LimiterOptions, "maxConcurrent" | "requestsPerSecond">) {
  const clock = new Clock();
  const limiter = createLimiter({ ...options, now: clock.now, setTimer: clock.setTimer });
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const add = (id: number) =>
    limiter.run(READ, () => {
      started.push(id);
      return new Promise<number>((resolve) => finish.push(() => resolve(id)));
    });
  return { clock, limiter, started, finish, add };
}

describe("limiter", () => {
  it("runs no more tasks at once than allowed, first come, first served", async () => {
    const { limiter, started, finish, add } = setUp({ maxConcurrent: 3, requestsPerSecond: 0 });
    const results = [1, 2, 3, 4].map(add);
    should(started).eql([1, 2]);
    should([limiter.active, limiter.waiting]).eql([2, 2]);
    finish[1]?.();
    should(await results[1]).equal(2);
    should(started).eql([1, 2, 3]);
    should([limiter.active, limiter.waiting]).eql([2, 1]);
  });

  it("frees the place of a task that throws, at once or later", async () => {
    const { limiter } = setUp({ maxConcurrent: 1, requestsPerSecond: 0 });
    const atOnce = limiter.run(READ, () => {
      throw new Error("at once");
    });
    const later = limiter.run(READ, () => Promise.reject(new Error("later")));
    await should(atOnce).rejectedWith("at once");
    await should(later).rejectedWith("later");
    should(await limiter.run(READ, async () => "fine")).equal("fine");
    should(limiter.active).equal(0);
  });

  it("spaces the starts evenly", () => {
    const { clock, started, add } = setUp({ maxConcurrent: 10, requestsPerSecond: 4 });
    for (const id of [1, 2, 3]) add(id);
    should(started).eql([1]);
    clock.advance(249);
    should(started).eql([1]);
    clock.advance(1);
    should(started).eql([1, 2]);
    clock.advance(250);
    should(started).eql([1, 2, 3]);
  });

  it("saves up no burst while nothing is asked for", () => {
    const { clock, started, add } = setUp({ maxConcurrent: 10, requestsPerSecond: 4 });
    clock.advance(60_000);
    for (const id of [1, 2]) add(id);
    should(started).eql([1]);
  });

  it("turns away what waits and what comes after close, and leaves what runs alone", async () => {
    const { clock, limiter, started, finish, add } = setUp({ maxConcurrent: 10, requestsPerSecond: 1 });
    const running = add(1);
    const waiting = add(2);
    limiter.close();
    await should(waiting).rejectedWith({ code: "CLIENT_CLOSED", failure: "transient" });
    await should(add(3)).rejectedWith({ code: "CLIENT_CLOSED", failure: "transient" });
    finish[0]?.();
    should(await running).equal(1);
    should(started).eql([1]);
    should(clock.pending).equal(0);
  });
});

import should from "should";
import { type Asking, createLimiter, type LimiterOptions } from "../../../lib/delivery/limiter";
import { CallError } from "../../../lib/errors";

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
  const ask = (id: number, asking: Partial<Asking>) =>
    limiter.run({ ...READ, ...asking }, () => {
      started.push(id);
      return new Promise<number>((resolve) => finish.push(() => resolve(id)));
    });
  const add = (id: number) => ask(id, {});
  return { clock, limiter, started, finish, ask, add };
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

  it("lets reads pass while slow writes take all they may, and the other way round", () => {
    for (const [slow, quick] of [
      ["write", "read"],
      ["read", "write"],
    ] as const) {
      const { limiter, started, finish, ask } = setUp({ maxConcurrent: 4, requestsPerSecond: 0 });
      for (const id of [1, 2, 3, 4, 5, 6]) ask(id, { kind: slow });
      should(started).eql([1, 2, 3]);
      ask(7, { kind: quick });
      ask(8, { kind: quick });
      should(started).eql([1, 2, 3, 7]);
      finish[3]?.();
      should(limiter.waiting).equal(4);
    }
  });

  describe("with a target in distress", () => {
    it("lets fewer calls start, and more again as they succeed", async () => {
      const { limiter } = setUp({ maxConcurrent: 8, requestsPerSecond: 0 });
      await limiter.run(READ, async (turn) => turn.distress());
      await limiter.run(READ, async (turn) => turn.distress());
      should(limiter.limit).equal(2);
      for (let count = 0; count < 3; count += 1) await limiter.run(READ, async (turn) => turn.well());
      should(limiter.limit).equal(3);
    });

    it("starts nothing until the pause is over that the target asked for", async () => {
      const { clock, limiter, started, add } = setUp({ maxConcurrent: 8, requestsPerSecond: 0 });
      await limiter.run(READ, async (turn) => turn.distress(5_000));
      add(1);
      clock.advance(4_999);
      should(started).eql([]);
      clock.advance(1);
      should(started).eql([1]);
    });

    it("turns calls away from a pause that is too long to wait for, and says how long it is", async () => {
      const { clock, limiter, started, add } = setUp({ maxConcurrent: 1, requestsPerSecond: 0 });
      let waiting: Promise<unknown> | null = null;
      await limiter.run(READ, async (turn) => {
        waiting = add(1);
        turn.distress(60_000);
      });
      await should(waiting).rejectedWith({ code: "THROTTLED", failure: "throttled", retryAfterMs: 60_000 });
      clock.advance(20_000);
      await should(add(2)).rejectedWith({ code: "THROTTLED", retryAfterMs: 40_000 });
      clock.advance(15_000);
      add(3);
      should(started).eql([]);
      clock.advance(25_000);
      should(started).eql([3]);
    });
  });

  it("asks a call whether it comes too late when its turn has come, and spends no start on it", async () => {
    const { clock, started, add, ask } = setUp({ maxConcurrent: 8, requestsPerSecond: 1 });
    const late = new CallError("CALL_TOO_LATE", "Too late.", { failure: "transient" });
    add(1);
    const refused = ask(2, { refusal: () => (clock.time > 500 ? late : null) });
    add(3);
    clock.advance(1_000);
    await should(refused).rejectedWith(late);
    should(started).eql([1, 3]);
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

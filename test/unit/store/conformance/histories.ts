import fc from "fast-check";
import should from "should";
import type { Lease } from "../../../../lib/store/types";
import { LANES, type Lane, type Outcome } from "../../../../lib/sync/types";
import { type EngineFactory, Fixture } from "./fixture";

const SUBS = ["a", "b", "c"];
const LEGACY_IDS = ["1", "2", "3"];

const lane = fc.constantFrom(...LANES);
const person = fc.oneof(
  fc.record({ sub: fc.constantFrom(...SUBS) }),
  fc.record({ legacyId: fc.constantFrom(...LEGACY_IDS) }),
  fc.record({ sub: fc.constantFrom(...SUBS), legacyId: fc.constantFrom(...LEGACY_IDS) }),
);
const outcome = fc.constantFrom<Outcome | "retry">("delivered", "refused", "unchanged", "retry", "retry", "parked");
/** Which of all the leases ever handed out; lost and settled ones are asked for too. */
const pick = fc.nat({ max: 30 });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("mark" as const), lane, person, priority: fc.nat({ max: 2 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("take" as const), lane, n: fc.nat({ max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("settle" as const), pick, outcome, link: fc.option(person) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("link" as const), pick, person }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("extend" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 1000, 100_000, 181_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retryParked" as const), lane }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("hurry" as const), lane }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a careful observer knows: which changes went in, which came to an end, and who holds whom. */
class Observer {
  readonly #fixture: Fixture;
  readonly #marked = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #leases: Lease[] = [];
  readonly #held = new Map<string, Lease>();

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
  }

  async do(step: Step): Promise<void> {
    const { store } = this.#fixture;
    if (step.kind === "mark") await this.#mark(step.lane, step.person, step.priority);
    else if (step.kind === "take") await this.#take(step.lane, step.n);
    else if (step.kind === "wait") this.#fixture.now += step.ms;
    else if (step.kind === "retryParked") await store.retryParked({ lane: step.lane });
    else if (step.kind === "hurry") await store.hurry(step.lane);
    else if (step.kind === "restart") await this.#restart();
    else await this.#withLease(step, this.#leases[step.pick % Math.max(1, this.#leases.length)]);
    await this.#fixture.checkCounters();
  }

  /** Lets everything come to its end, and looks whether each change did. */
  async finish(): Promise<void> {
    await this.#restart();
    for (let rounds = 0; rounds < 20; rounds++) {
      this.#fixture.now += 600_000;
      for (const lane of LANES)
        for (const { token, change } of (await this.#fixture.store.take(lane, 100)).leases) {
          should(await this.#fixture.store.settle([{ token, outcome: "delivered" }])).eql(["settled"]);
          this.#end(change.force);
        }
    }
    for (const entry of (await this.#fixture.store.parked({ limit: 1000 })).items) this.#end(entry.change.force);
    should([...this.#marked].filter((tag) => !this.#ended.has(tag))).eql([]);
    for (const { waiting, inFlight } of Object.values((await this.#fixture.store.status()).lanes))
      should({ waiting, inFlight }).eql({ waiting: 0, inFlight: 0 });
  }

  async #mark(lane: Lane, ids: { sub?: string; legacyId?: string }, priority: number): Promise<void> {
    const tag = `change-${this.#marked.size}`;
    this.#marked.add(tag);
    await this.#fixture.store.mark(lane, [{ ...ids, change: this.#fixture.change({ force: [tag], priority }) }]);
    // A mark of both ids may merge two rows; then a lease of one of them is lost.
    if (ids.sub !== undefined && ids.legacyId !== undefined) this.#held.clear();
  }

  async #take(lane: Lane, n: number): Promise<void> {
    const { leases } = await this.#fixture.store.take(lane, n);
    should(leases.length).be.belowOrEqual(n);
    for (const lease of leases) {
      for (const held of this.#held.values())
        should(held.person.id === lease.person.id && held.until > this.#fixture.now).be.false("two hold one person");
      this.#leases.push(lease);
      this.#held.set(lease.token, lease);
    }
  }

  async #withLease(step: Step, lease: Lease | undefined): Promise<void> {
    if (lease === undefined) return;
    const { store } = this.#fixture;
    const { token } = lease;
    if (step.kind === "extend") {
      const held = (await store.extend([{ token }])).includes(token);
      if (this.#mustHold(token)) should(held).be.true();
      if (held && this.#held.has(token)) this.#held.set(token, { ...lease, until: this.#fixture.now + 180_000 });
    } else if (step.kind === "release") {
      await store.release([token]);
      this.#held.delete(token);
    } else if (step.kind === "link") {
      await store.link(token, step.person);
      this.#held.clear();
    } else if (step.kind === "settle") {
      const mustHold = this.#mustHold(token);
      const link = step.link === null ? {} : { link: step.link };
      const [result] = await store.settle([{ token, outcome: step.outcome, ...link }]);
      if (mustHold) should(result).equal("settled");
      this.#held.delete(token);
      if (step.link !== null) this.#held.clear();
      if (result === "settled" && step.outcome !== "retry" && step.outcome !== "parked") this.#end(lease.change.force);
    }
  }

  #mustHold(token: string): boolean {
    const lease = this.#held.get(token);
    return lease !== undefined && lease.until > this.#fixture.now;
  }

  async #restart(): Promise<void> {
    await this.#fixture.reopen();
    this.#held.clear();
  }

  #end(tags: string[]): void {
    for (const tag of tags) this.#ended.add(tag);
  }
}

export function describeHistories(factory: EngineFactory): void {
  it("loses no change and holds no person twice, whatever happens in whatever order", async function () {
    this.timeout(120_000);
    const fixture = await Fixture.open(factory);
    let run = 0;
    const history = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      run += 1;
      fixture.key = `run-${run}`;
      const observer = new Observer(fixture);
      for (const one of steps) await observer.do(one);
      await observer.finish();
    });
    await fc.assert(history, { numRuns: 60 });
    await fixture.close();
  });
}

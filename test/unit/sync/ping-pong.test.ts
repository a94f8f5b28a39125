import fc from "fast-check";
import should from "should";
import { written } from "../../../lib/sync/ledger";
import { isPingPong } from "../../../lib/sync/ping-pong";
import type { LedgerEntry, Side } from "../../../lib/sync/types";
import { otherSide } from "../../../lib/sync/types";
import { AGREED, ask, news } from "./asking";

const NOW = 1_000_000;
const MINUTE = 60_000;

type Round = [target: Side, value: string];

/** The entry after these writes, a second apart, the last of them a second ago. */
function writtenBy(rounds: readonly Round[], lastAt = NOW - 1_000): LedgerEntry {
  return rounds.reduce<LedgerEntry>((entry, [target, value], index) => {
    const side = otherSide(target);
    const at = lastAt - (rounds.length - 1 - index) * 1_000;
    const agreed = {
      fingerprint: "f1",
      side,
      source: `${value}@${side}`,
      target: `${value}@${target}`,
      editAt: at - 100,
    };
    return written(entry, agreed, { at, until: at + 50 });
  }, AGREED);
}

/** Writes in turn, the last to the legacy system. */
function fight(rounds: number, value: (target: Side, round: number) => string): Round[] {
  return Array.from({ length: rounds }, (_, index) => {
    const target = (rounds - index) % 2 === 1 ? "legacy" : "cidaas";
    return [target, value(target, index)];
  });
}

const twoForms = (target: Side) => (target === "cidaas" ? "0151" : "+49151");

describe("Two sides that write one rule over each other", () => {
  it("are stopped before the eighth write of the same two values", () => {
    should(isPingPong(writtenBy(fight(6, twoForms)), "cidaas", "0151@cidaas", NOW)).be.false();
    should(isPingPong(writtenBy(fight(7, twoForms)), "cidaas", "0151@cidaas", NOW)).be.true();
  });

  it("are not stopped by a value that was not written yet, until the ledger holds no other write", () => {
    const growing = (_: Side, round: number) => "x".repeat(round + 1);
    should(isPingPong(writtenBy(fight(7, growing)), "cidaas", "new@cidaas", NOW)).be.false();
    should(isPingPong(writtenBy(fight(8, growing)), "cidaas", "new@cidaas", NOW)).be.true();
  });

  it("may go on after ten minutes without a write", () => {
    const entry = (age: number) => writtenBy(fight(7, twoForms), NOW - age);
    should(isPingPong(entry(9 * MINUTE), "cidaas", "0151@cidaas", NOW)).be.true();
    should(isPingPong(entry(10 * MINUTE), "cidaas", "0151@cidaas", NOW)).be.false();
  });

  it("do not fight when one of them is written again and again", () => {
    const values = fc.array(fc.constantFrom("a", "b"), { maxLength: 12 });
    fc.assert(
      fc.property(values, (list) => {
        const entry = writtenBy(list.map((value) => ["legacy", value]));
        return !isPingPong(entry, "legacy", "a@legacy", NOW) && !isPingPong(entry, "cidaas", "a@cidaas", NOW);
      }),
    );
  });

  it("cannot be written for ever, whatever values they take", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.string()), (values) => {
        const rounds: Round[] = [];
        for (const value of values) {
          const target: Side = rounds.length % 2 === 0 ? "cidaas" : "legacy";
          if (isPingPong(writtenBy(rounds), target, `${value}@${target}`, NOW)) break;
          if (rounds.push([target, value]) > 8) return false;
        }
        return true;
      }),
    );
  });
});

describe("decide, on a rule that both sides fight over", () => {
  const ledger = { email: writtenBy(fight(7, twoForms)) };
  const change = news("0151", NOW - 500);

  it("freezes it instead of writing", () => {
    should(ask(change, { ledger })).eql({ do: "freeze" });
  });

  it("freezes what is forced, too", () => {
    should(ask(change, { ledger, force: ["email"] })).eql({ do: "freeze" });
  });

  it("writes it when a person has retried it", () => {
    should(ask(change, { ledger, thaw: ["email"] }).do).equal("write");
  });

  it("writes it to a side that does not have the user", () => {
    should(ask(change, { ledger, target: { state: "absent" } }).do).equal("write");
  });

  it("ends the echo of the last write as ever", () => {
    should(ask(news("+49151", NOW - 500), { ledger })).eql({ do: "nothing" });
  });
});

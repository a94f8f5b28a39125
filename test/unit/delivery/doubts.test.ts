import should from "should";
import { doubtsOf, nameableRules, withSetAgain } from "../../../lib/delivery/doubts";
import { compileMap } from "../../../lib/mapping/compile";
import { parseRules } from "../../../lib/mapping/rules";
import { emptyChange } from "../../../lib/sync/change";
import { remembered } from "../../../lib/sync/ledger";
import type { Change, Intent } from "../../../lib/sync/types";

const map = compileMap(
  parseRules([
    { id: "status", cidaas: "userStatus", legacy: "status" },
    { id: "city", cidaas: "address.locality", legacy: "city" },
  ]),
);
const AGREED = { fingerprint: "f", side: "legacy" as const, source: "active", target: "VERIFIED", editAt: 100 };
const ledger = { status: remembered(null, AGREED) };
const rule = { source: "locked", target: "LOCKED", editAt: 200 };
const intent: Intent = {
  side: "cidaas",
  create: false,
  at: 300,
  identifiers: [],
  rules: { status: rule, city: rule },
  conflicts: [],
  heal: [],
};
const change = (events: string[], last: number): Change => ({
  ...emptyChange("upsert", last),
  events,
  span: { first: last, last },
});
const news = (source: string) => ({ status: { source, target: "active", span: null } });

describe("After a write to cidaas that is not settled", () => {
  it("only rules that an event can name may be seen to be set again, and none of a create or of a write to legacy", () => {
    should(nameableRules(map, intent)).eql(["status"]);
    should(nameableRules(map, { ...intent, create: true })).eql([]);
    should(nameableRules(map, { ...intent, side: "legacy" })).eql([]);
  });

  describe("a rule that nothing has proven is", () => {
    const doubts = (changed: Change | null, editAt: number | null) =>
      doubtsOf(map, intent, ["status", "city"], { change: changed, editAt });

    it("set again where an event names it, and else may have been, if the user was edited since", () => {
      should(doubts(change(["ACCOUNT_ACTIVATED"], 400), null)).eql({ status: "set again", city: "edited" });
      should(doubts(change(["ACCOUNT_MODIFIED"], 400), null)).eql({ status: "edited", city: "edited" });
      should(doubts(null, 400)).eql({ status: "edited", city: "edited" });
      should(doubts({ ...change(["ACCOUNT_ACTIVATED"], 400), span: null }, 400).status).equal("edited");
    });

    it("in no doubt if the user was not edited since", () => {
      should(doubts(change(["ACCOUNT_ACTIVATED"], 300), 200)).eql({});
      should(doubts(null, null)).eql({});
    });
  });

  it("the agreed value is news where an event names its rule, and no news otherwise", () => {
    const named = change(["ACCOUNT_ACTIVATED"], 400);
    should(withSetAgain(map, news("VERIFIED"), named, ledger, intent).status?.state).equal("restored");
    should(withSetAgain(map, news("LOCKED"), named, ledger, intent).status).not.have.property("state");
    const unnamed = change(["ACCOUNT_MODIFIED"], 400);
    should(withSetAgain(map, news("VERIFIED"), unnamed, ledger, intent).status).not.have.property("state");
  });
});

import should from "should";
import { nameableRules, namedRules, withSetAgain } from "../../../lib/delivery/set-again";
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

  it("an event names a rule when it is one of that rule and newer than the write", () => {
    should(namedRules(map, change(["ACCOUNT_ACTIVATED"], 400), intent)).eql(["status"]);
    should(namedRules(map, change(["ACCOUNT_ACTIVATED"], 300), intent)).eql([]);
    should(namedRules(map, change(["ACCOUNT_MODIFIED"], 400), intent)).eql([]);
    should(namedRules(map, { ...change([], 400), span: null }, intent)).eql([]);
    should(namedRules(map, null, intent)).eql([]);
  });

  it("the agreed value is news where an event names its rule, and no news otherwise", () => {
    const named = change(["ACCOUNT_ACTIVATED"], 400);
    should(withSetAgain(map, news("VERIFIED"), named, ledger, intent).status?.state).equal("restored");
    should(withSetAgain(map, news("LOCKED"), named, ledger, intent).status).not.have.property("state");
    const unnamed = change(["ACCOUNT_MODIFIED"], 400);
    should(withSetAgain(map, news("VERIFIED"), unnamed, ledger, intent).status).not.have.property("state");
  });
});

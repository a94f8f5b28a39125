import should from "should";
import { stepsOf } from "../../../lib/cidaas/steps";
import { compileMap } from "../../../lib/mapping/compile";
import { parseRules } from "../../../lib/mapping/rules";
import { NOTHING_TO_WRITE } from "../../../lib/sync/plan";
import type { JsonObject } from "../../../lib/sync/types";

const MAP = compileMap(
  parseRules([
    { id: "email", cidaas: "email", legacy: "email" },
    { id: "name", cidaas: ["given_name", "family_name"], legacy: "name", transform: "name" },
    { id: "city", cidaas: "address.locality", legacy: "city" },
    { id: "tier", cidaas: "customFields.tier", legacy: "tier" },
    { id: "roles", cidaas: "roles", legacy: "roles" },
    { id: "status", cidaas: "userStatus", legacy: "status" },
  ]),
);
const BODY: JsonObject = { sub: "s-1", provider: "self", email: "ada@example.org" };

function steps(write: string[], body: JsonObject, { create = false, before = "VERIFIED" as string | null } = {}) {
  const { apart, ...calls } = stepsOf(MAP, { ...NOTHING_TO_WRITE, write, create }, { ...BODY, ...body }, before);
  return { ...calls, apart: [...apart] };
}

describe("The calls that bring a user to cidaas", () => {
  it("are bulk alone where nothing is emptied and the status stays", () => {
    should(steps(["tier"], { customFields: { tier: "gold" } })).eql({
      before: [],
      bulk: { ...BODY, customFields: { tier: "gold" } },
      after: [],
      apart: [],
    });
  });

  it("empty a field by the profile update, and leave it out of bulk", () => {
    should(steps(["tier"], { customFields: { tier: null, legacy_id: "7" } })).eql({
      before: [],
      bulk: { ...BODY, customFields: { legacy_id: "7" } },
      after: [{ do: "clear", change: { userData: { provider: "self" }, customFields: { tier: null } } }],
      apart: ["tier"],
    });
  });

  it("send the whole address where a part of it is emptied", () => {
    const { bulk, after } = steps(["city"], { address: { locality: "", country: "DE" } });
    should(bulk.address).eql({ country: "DE" });
    should(after).match([{ change: { userData: { address: { locality: "", country: "DE" } } } }]);
  });

  it("empty one part of a name and write the other", () => {
    const { bulk, after, apart } = steps(["name"], { given_name: "Madonna", family_name: null });
    should(bulk).match({ given_name: "Madonna" });
    should(after).match([{ change: { userData: { provider: "self", family_name: null } } }]);
    should(apart).eql(["name"]);
  });

  it("do not empty what this write is not about, or what no profile update can empty", () => {
    should(steps(["email", "roles"], { customFields: { tier: null }, roles: [] })).match({ before: [], after: [] });
  });

  it("take the account away first and give it back last", () => {
    const clear = { customFields: { tier: null } };
    const off = steps(["tier", "status"], { ...clear, userStatus: "DECLINED" });
    should([off.before, off.after].map((list) => list.map((step) => step.do))).eql([["status"], ["clear"]]);
    const on = steps(["tier", "status"], { ...clear, userStatus: "VERIFIED" }, { before: "PENDING" });
    should([on.before, on.after].map((list) => list.map((step) => step.do))).eql([["clear"], ["status"]]);
    should(on.apart).eql(["tier", "status"]);
  });

  it("leave a status to bulk that no other call can set or leave, or that is there already", () => {
    for (const [status, before] of [
      ["LOCKED", "VERIFIED"],
      ["VERIFIED", "LOCKED"],
      ["VERIFIED", "VERIFIED"],
    ] as const)
      should(steps(["status"], { userStatus: status }, { before })).match({ before: [], after: [], apart: [] });
    should(steps(["status"], { userStatus: "VERIFIED" }, { before: null }).after).have.length(1);
  });

  it("of a create are bulk, and what is to be emptied if the user turns out to exist", () => {
    const created = steps(
      ["tier", "status"],
      { userStatus: "DECLINED", customFields: { tier: null } },
      { create: true },
    );
    should(created).match({ before: [], bulk: { userStatus: "DECLINED" }, after: [{ do: "clear" }] });
  });
});

import should from "should";
import { emptyChange, frozenPart, mergeChanges, retriedChange } from "../../../lib/sync/change";

describe("mergeChanges", () => {
  const waiting = {
    ...emptyChange("upsert", 10),
    span: { first: 8, last: 8 },
    rules: { email: { at: 8, source: "n", values: ["new"] } },
  };

  it("lets a deletion win over an edit at the same millisecond, whichever arrives first", () => {
    const deletion = { ...emptyChange("delete", 12), span: { first: 8, last: 8 } };
    should(mergeChanges(waiting, deletion).kind).equal("delete");
    should(mergeChanges(deletion, waiting).kind).equal("delete");
  });

  it("keeps the evidence of a deletion when a mark joins that only asks to look again", () => {
    const deletion = { ...emptyChange("delete", 12), span: { first: 8, last: 8 } };
    const look = emptyChange("upsert", 20);
    should(mergeChanges(deletion, look).kind).equal("delete");
    should(mergeChanges(look, deletion).kind).equal("delete");
    should(mergeChanges(deletion, { ...look, span: { first: 9, last: 9 } }).kind).equal("upsert");
    should(mergeChanges(deletion, { ...look, rules: waiting.rules }).kind).equal("upsert");
  });

  it("still asks for the record to be read again when a newer change joins", () => {
    const newer = { ...emptyChange("upsert", 12), span: { first: 11, last: 11 } };
    should(mergeChanges(retriedChange("to-cidaas", waiting, "X"), newer).reread).be.true();
    should(mergeChanges(newer, retriedChange("to-cidaas", waiting, "X")).reread).be.true();
    should(mergeChanges(waiting, newer)).not.have.property("reread");
  });

  it("goes on to thaw what a person has retried when another change joins", () => {
    const retried = { ...waiting, thaw: ["email"] };
    should(mergeChanges(retried, waiting).thaw).eql(["email"]);
    should(mergeChanges(waiting, { ...retried, thaw: ["name"] }).thaw).eql(["name"]);
    should(mergeChanges(waiting, waiting)).not.have.property("thaw");
  });

  it("lets pass the brake what it was parked for, and nothing else, when a person retries it", () => {
    const newer = emptyChange("upsert", 12);
    const retried = retriedChange("to-legacy", waiting, "BRAKED");
    should(mergeChanges(newer, retried).passesBrake).eql(["delete", "deactivation", "blanking"]);
    should(mergeChanges({ ...newer, passesBrake: ["delete"] }, newer).passesBrake).eql(["delete"]);
    should(retriedChange("to-legacy", waiting, "FIRST_CONTACT")).not.have.property("passesBrake");
    should(mergeChanges(waiting, newer)).not.have.property("passesBrake");
  });

  it("merges rule by rule, whichever change arrived first", () => {
    const other = {
      ...emptyChange("upsert", 12),
      span: { first: 5, last: 5 },
      rules: { email: { at: 5, source: "o", values: ["old"] }, name: { at: 5, source: "x", values: ["x"] } },
    };
    const merged = mergeChanges(waiting, other);
    should(Object.entries(merged.rules).map(([rule, { source }]) => [rule, source])).containDeep([
      ["email", "n"],
      ["name", "x"],
    ]);
    should(merged.span).eql({ first: 5, last: 8 });
  });
});

describe("frozenPart", () => {
  it("keeps of a change only what is about the frozen rules, to be thawed by a retry", () => {
    const value = { at: 8, source: "n", values: ["new"] };
    const change = {
      ...emptyChange("upsert", 10),
      rules: { email: value, name: value },
      force: ["email", "tier"],
      opaque: [7],
    };
    should(frozenPart(change, ["email"])).eql({
      ...emptyChange("upsert", 10),
      rules: { email: value },
      force: ["email"],
      thaw: ["email"],
    });
  });
});

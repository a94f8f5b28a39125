import should from "should";
import { type Candidate, resolve } from "../../../lib/sync/identity";
import type { Identifier, Person } from "../../../lib/sync/types";
import { uuid5 } from "../../../lib/sync/uuid5";

const NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

const person = (given: Partial<Person>): Person => ({
  id: 1,
  sub: null,
  legacyId: null,
  inCidaas: false,
  inLegacy: false,
  deletedAt: null,
  ...given,
});

const email = (verified: boolean): Identifier => ({ kind: "email", print: "print", verified });

function ask(own: Person, candidates: Candidate[] = [], identifiers: Identifier[] = [email(true)]) {
  const target = own.legacyId === null ? "legacy" : "cidaas";
  return resolve({ target, person: own, identifiers, candidates, strategy: "uuid5", namespace: NAMESPACE });
}

const bornInLegacy = person({ legacyId: "4711", inLegacy: true });
const unlinked = person({ id: 2, sub: "sub-2", inCidaas: true });

describe("uuid5", () => {
  it("gives the UUID of the example in RFC 9562", () => {
    should(uuid5(NAMESPACE, "www.example.com")).equal("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });
});

describe("resolve", () => {
  it("updates a linked person that the target has", () => {
    should(ask(person({ sub: "s", legacyId: "1", inCidaas: true, inLegacy: true })).do).equal("update");
  });

  it("creates a user born in the legacy system under a sub made of its legacy id", () => {
    should(ask(bornInLegacy)).eql({ do: "create", sub: uuid5(NAMESPACE, "4711") });
  });

  it("creates a user whose sub was chosen before and who is not in cidaas yet", () => {
    should(ask({ ...bornInLegacy, sub: "chosen" })).eql({ do: "create", sub: "chosen" });
  });

  it("links by an e-mail that both sides have verified", () => {
    should(ask(bornInLegacy, [{ person: unlinked, verified: true, beingCreated: false }])).containEql({ do: "link" });
  });

  it("links nobody by an e-mail that one side has not verified", () => {
    const registeredByAStranger = { person: unlinked, verified: false, beingCreated: false };
    should(ask(bornInLegacy, [registeredByAStranger])).containEql({ do: "park", code: "LINK_REVIEW" });
    const verified = { ...registeredByAStranger, verified: true };
    should(ask(bornInLegacy, [verified], [email(false)])).containEql({ do: "park", code: "LINK_REVIEW" });
  });

  it("leaves several matches to a person", () => {
    const match = { verified: true, beingCreated: false };
    const candidates = [
      { ...match, person: unlinked },
      { ...match, person: { ...unlinked, id: 3, sub: "sub-3" } },
    ];
    should(ask(bornInLegacy, candidates)).containEql({ do: "park", code: "LINK_REVIEW" });
  });

  it("waits while a user with the same identifier is being created", () => {
    const candidate = { person: unlinked, verified: true, beingCreated: true };
    should(ask(bornInLegacy, [candidate])).containEql({ do: "wait", code: "BEING_CREATED" });
  });

  it("waits while another linked person holds the identifier", () => {
    const other = { person: { ...unlinked, legacyId: "9" }, verified: true, beingCreated: false };
    should(ask(bornInLegacy, [other])).containEql({ do: "wait", code: "IDENTIFIER_TAKEN" });
  });

  it("takes a sub that was only chosen for no link", () => {
    const chosen = { ...unlinked, legacyId: "9", inCidaas: false };
    const bornInCidaas = person({ sub: "s", inCidaas: true });
    should(ask(bornInCidaas, [{ person: chosen, verified: true, beingCreated: false }])).containEql({ do: "link" });
  });

  it("does not let the identifiers of a deleted user hold up a new one", () => {
    const dead = { person: { ...unlinked, legacyId: "9", deletedAt: 5 }, verified: true, beingCreated: false };
    should(ask(bornInLegacy, [dead])).containEql({ do: "create" });
  });

  it("takes a legacy id for a user of the legacy system unless it was deleted", () => {
    const known = person({ sub: "s", legacyId: "1", inCidaas: true });
    const ids = { identifiers: [], candidates: [], strategy: "uuid5", namespace: NAMESPACE } as const;
    should(resolve({ ...ids, target: "legacy", person: known }).do).equal("update");
    should(resolve({ ...ids, target: "legacy", person: { ...known, deletedAt: 5 } }).do).equal("create");
  });
});

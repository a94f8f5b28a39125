import should from "should";
import { CallError, StoreError } from "../../../lib/errors";
import { StoreTrouble } from "../../../nodes/shared/store-trouble";
import { waitFor } from "../../support/wait-for";

const FULL = new StoreError("STORE_FULL", "The disk is full.");

describe("Trouble of the store", () => {
  let isFull = false;
  let probes = 0;
  let trouble: StoreTrouble;
  let told: (string | null)[];

  beforeEach(() => {
    isFull = true;
    probes = 0;
    told = [];
    trouble = new StoreTrouble({
      setNote: async () => {
        probes += 1;
        if (isFull) throw FULL;
      },
    });
    trouble.follow((error) => told.push(error?.code ?? null));
  });

  afterEach(() => trouble.close());

  const until = (condition: () => boolean, what: string) => waitFor(condition, { timeoutMs: 5_000, everyMs: 10, what });

  it("is told once, and is over when a small write succeeds, without other traffic", async () => {
    for (let count = 0; count < 3; count++) trouble.note(FULL);
    should(told).eql([null, "STORE_FULL"]);
    await until(() => probes >= 2, "two probes in vain");
    should(told).eql([null, "STORE_FULL"]);
    isFull = false;
    await until(() => told.at(-1) === null, "the end");
    trouble.note(FULL);
    should(told).eql([null, "STORE_FULL", null, "STORE_FULL"]);
  }).timeout(8_000);

  it("tells whoever comes later at once", () => {
    trouble.note(FULL);
    let late: string | null = null;
    trouble.follow((error) => {
      late = error?.code ?? null;
    });
    should(late).equal("STORE_FULL");
  });

  it("is no matter of other errors, nor of a store that a deploy closes", () => {
    trouble.note(new CallError("CALL_TIMEOUT", "No answer.", { failure: "unknown" }));
    trouble.note(new StoreError("STORE_CLOSED", "The store is closed."));
    should(told).eql([null]);
  });
});

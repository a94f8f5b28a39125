import should from "should";
import { catchUp, rewindCatchUp } from "../../../lib/cidaas/catch-up";
import type { CidaasUser } from "../../../lib/cidaas/types";
import type { AdoptedUser, Mark } from "../../../lib/store/types";
import type { Person } from "../../../lib/sync/types";

const MINUTE = 60_000;

const userAt = (sub: string, time: number): CidaasUser => ({
  sub,
  updatedTime: new Date(time).toISOString(),
  customFields: {},
  identities: [],
  groups: [],
  roles: [],
});

const KNOWN: Person = { id: 1, sub: "a", legacyId: null, inCidaas: true, inLegacy: false, deletedAt: null };

/** A tenant whose index shows each page in turn; a page that is an error ends the reading. */
function fixture(pages: (CidaasUser[] | Error)[], note: string | null) {
  const state = {
    note,
    marked: [] as (string | null | undefined)[],
    adopted: [] as string[],
    askedSince: [] as (number | undefined)[],
  };
  const tenant = {
    async *readAll({ updatedSince }: { updatedSince?: number }) {
      state.askedSince.push(updatedSince);
      for (const page of pages) {
        if (page instanceof Error) throw page;
        yield page;
      }
    },
  };
  const store = {
    mark: async (_lane: string, marks: Mark[]) => {
      state.marked.push(...marks.map(({ sub }) => sub));
    },
    adopt: async (users: AdoptedUser[]) => {
      state.adopted.push(...users.map(({ sub }) => sub));
    },
    findPerson: async (ids: { sub: string } | { legacyId: string }) => ("sub" in ids && ids.sub === "a" ? KNOWN : null),
    getNote: async () => state.note,
    setNote: async (_name: string, value: string) => {
      state.note = value;
    },
  };
  const toAdopted = ({ sub }: CidaasUser) => ({ sub, legacyId: null, identifiers: [] });
  return { state, store, run: (now: number) => catchUp({ tenant, store, toAdopted, now: () => now }) };
}

describe("catchUp", () => {
  it("has nothing to catch up with at the first run, and remembers when it was", async () => {
    const { state, run } = fixture([[userAt("a", 1)]], null);
    should(await run(100 * MINUTE)).equal(0);
    should(state).containEql({ marked: [], askedSince: [], note: `{"position":${100 * MINUTE}}` });
  });

  it("marks whoever changed since the last run, with ten minutes of overlap for an index that lags", async () => {
    const { state, run } = fixture(
      [[userAt("a", 95 * MINUTE)], [userAt("b", 110 * MINUTE)]],
      `{"position":${100 * MINUTE}}`,
    );
    should(await run(120 * MINUTE)).equal(2);
    should(state).containEql({ marked: ["a", "b"], askedSince: [90 * MINUTE], note: `{"position":${120 * MINUTE}}` });
  });

  it("takes those into the ledger whom it does not know, before it marks them", async () => {
    const { state, run } = fixture(
      [[userAt("a", 95 * MINUTE), userAt("b", 96 * MINUTE)]],
      `{"position":${100 * MINUTE}}`,
    );
    await run(120 * MINUTE);
    should(state).containEql({ marked: ["a", "b"], adopted: ["b"] });
  });

  it("goes on after the last page that is safe when it was interrupted", async () => {
    const pages = [[userAt("a", 105 * MINUTE)], new Error("unplugged")];
    const { state, run } = fixture(pages, `{"position":${100 * MINUTE}}`);
    await should(run(120 * MINUTE)).be.rejectedWith("unplugged");
    should(state).containEql({ marked: ["a"], note: `{"position":${105 * MINUTE}}` });
  });

  it("begins again at an earlier time, and never at a later one", async () => {
    for (const [note, since, begins] of [
      [`{"position":${100 * MINUTE}}`, 50, 40],
      [`{"position":${100 * MINUTE}}`, 110, 90],
      [null, 50, 40],
    ] as const) {
      const { state, store, run } = fixture([], note);
      await rewindCatchUp(store, since * MINUTE);
      await run(120 * MINUTE);
      should(state.askedSince).eql([begins * MINUTE]);
    }
  });
});

import should from "should";
import { ADOPTION_NOTE, type AdoptionOptions, adoptUsers, readAdoption } from "../../../lib/cidaas/adoption";
import type { CidaasUser } from "../../../lib/cidaas/types";
import { CallError } from "../../../lib/errors";
import type { Person } from "../../../lib/sync/types";
import { callErrorOf } from "./support";

const user = (i: number): CidaasUser => ({
  sub: `s${i}`,
  updatedTime: new Date(i * 1000).toISOString(),
  customFields: { legacy_id: `l${i}` },
  identities: [],
  groups: [],
  roles: [],
});

const personOf = (sub: string, legacyId: string | null): Person => ({
  id: 1,
  sub,
  legacyId,
  inCidaas: true,
  inLegacy: false,
  deletedAt: null,
});

const failure = (code: string, status: number | null) =>
  new CallError(code, "no", { failure: status === 403 ? "configuration" : "transient", status });

/** Users s1 … s5 in pages of two, oldest first, with an error in place of one page. */
class Fixture implements AdoptionOptions {
  readonly adopted: string[] = [];
  readonly asked: (number | undefined)[] = [];
  note: string | null = null;
  caughtUp: string | null = null;
  failAtPage: { page: number; error: CallError } | null = null;

  readonly tenant = {
    readAll: (options: { updatedSince?: number }) => this.pages(options.updatedSince),
  };

  readonly store = {
    adopt: async (users: { sub: string; legacyId: string | null }[]) => {
      this.adopted.push(...users.map(({ sub, legacyId }) => `${sub}=${legacyId}`));
    },
    findPerson: async (ids: { sub: string } | { legacyId: string }): Promise<Person | null> => {
      const sub = "sub" in ids ? ids.sub : "";
      const known = this.adopted.find((one) => one.startsWith(`${sub}=`));
      return known === undefined ? null : personOf(sub, known === `${sub}=` ? null : known.slice(sub.length + 1));
    },
    getNote: async (name: string) => (name === ADOPTION_NOTE ? this.note : this.caughtUp),
    setNote: async (_name: string, value: string) => {
      this.note = value;
    },
  };

  readonly toAdopted = ({ sub, customFields }: CidaasUser) => ({
    sub,
    legacyId: String(customFields.legacy_id),
    identifiers: [],
  });
  readonly now = () => 77;

  private async *pages(since?: number): AsyncGenerator<CidaasUser[]> {
    this.asked.push(since);
    const users = [1, 2, 3, 4, 5].filter((i) => since === undefined || i * 1000 >= since).map(user);
    for (let page = 0; page * 2 < users.length; page += 1) {
      if (this.failAtPage?.page === page) throw this.failAtPage.error;
      yield users.slice(page * 2, page * 2 + 2);
    }
  }
}

describe("adoptUsers", () => {
  it("reads all users into the ledger and says that it is complete", async () => {
    const fixture = new Fixture();
    const adoption = await adoptUsers(fixture);
    should(fixture.adopted).eql(["s1=l1", "s2=l2", "s3=l3", "s4=l4", "s5=l5"]);
    should(adoption).eql({ state: "complete", users: 5, position: 5000, at: 77 });
    should(await readAdoption(fixture.store)).eql(adoption);
  });

  it("reads at later starts only who changed since, and takes whom the ledger does not know", async () => {
    const fixture = new Fixture();
    await adoptUsers(fixture);
    fixture.adopted.splice(3, 2);
    should(await adoptUsers(fixture)).match({ state: "complete", users: 7 });
    should(fixture.asked).eql([undefined, 5_000 - 600_000]);
    should(fixture.adopted).eql(["s1=l1", "s2=l2", "s3=l3", "s4=l4", "s5=l5"]);
  });

  it("links at later starts whom the ledger does not know as a legacy user", async () => {
    const fixture = new Fixture();
    await adoptUsers(fixture);
    fixture.adopted.splice(4, 1, "s5=");
    should(await adoptUsers(fixture)).match({ users: 6 });
    should(fixture.adopted.slice(4)).eql(["s5=", "s5=l5"]);
  });

  it("reads at later starts from where the last catch-up was, if that was later", async () => {
    const fixture = new Fixture();
    await adoptUsers(fixture);
    fixture.caughtUp = `{"position":700000}`;
    await adoptUsers(fixture);
    should(fixture.asked).eql([undefined, 700_000 - 600_000]);
  });

  it("goes on after an interruption where it was, reading the seam again", async () => {
    const fixture = new Fixture();
    fixture.failAtPage = { page: 1, error: failure("CONNECTION_LOST", null) };
    should(await callErrorOf(adoptUsers(fixture))).have.property("code", "CONNECTION_LOST");
    should(await readAdoption(fixture.store)).match({ state: "running", users: 2, position: 2000 });
    fixture.failAtPage = null;
    should(await adoptUsers(fixture)).match({ state: "complete" });
    should(fixture.asked).eql([undefined, 2000]);
    should([...new Set(fixture.adopted)]).eql(["s1=l1", "s2=l2", "s3=l3", "s4=l4", "s5=l5"]);
  });

  it("says when the client may not read the users, and tries again at the next start", async () => {
    const fixture = new Fixture();
    fixture.failAtPage = { page: 0, error: failure("TENANT_FORBIDDEN", 403) };
    should(await adoptUsers(fixture)).match({ state: "forbidden", users: 0, position: null });
    fixture.failAtPage = null;
    should(await adoptUsers(fixture)).match({ state: "complete", users: 5 });
  });

  it("does not take a refused client for a missing right", async () => {
    const fixture = new Fixture();
    fixture.failAtPage = { page: 0, error: failure("TENANT_REFUSED_CLIENT", 401) };
    should(await callErrorOf(adoptUsers(fixture))).have.property("code", "TENANT_REFUSED_CLIENT");
  });
});

import should from "should";
import type { CidaasUser } from "../../../lib/cidaas/types";
import { isRecord } from "../../../lib/mapping/json";
import type { Json } from "../../../lib/sync/types";
import { callErrorOf, openTenant, type Reply, type Seen, type TestTenant } from "./support";

const MINUTE = 60_000;
const user = (i: number, sort: Json = [i]) => ({
  sub: `s${i}`,
  updatedTime: new Date(i * MINUTE).toISOString(),
  customFields: { legacy_id: { value: `l${i}` } },
  sort,
});

/** Pages over s1 … s5 by the cursor, with a new snapshot id on every page. */
function pages({ body }: Seen): Reply {
  if (!isRecord(body)) return { status: 400 };
  const after = Array.isArray(body.searchAfter) ? Number(body.searchAfter[0]) : 0;
  const users = [1, 2, 3, 4, 5].filter((i) => i > after).slice(0, Number(body.size));
  return users.length === 0
    ? { status: 204 }
    : { status: 200, body: { users: users.map((i) => user(i)), pitId: `p${after}` } };
}

describe("readAll", () => {
  let opened: TestTenant;
  let answer: (request: Seen) => Reply;

  beforeEach(async () => {
    answer = pages;
    opened = await openTenant((request) => answer(request));
  });
  afterEach(() => opened.close());

  async function read(options: { updatedSince?: number; size?: number }): Promise<CidaasUser[][]> {
    const read: CidaasUser[][] = [];
    for await (const page of opened.tenant.readAll(options)) read.push(page);
    return read;
  }

  it("reads page after page, in normal form, until 204", async () => {
    const read2 = await read({ size: 2 });
    should(read2.map((page) => page.map(({ sub }) => sub))).eql([["s1", "s2"], ["s3", "s4"], ["s5"]]);
    should(read2[0]?.[0]?.customFields).eql({ legacy_id: "l1" });
    should(opened.calls().map(({ path }) => path)).eql(Array(4).fill("/user-ext-srv/bulkread/users"));
  });

  it("sends cursor and snapshot along, oldest update first", async () => {
    await read({ size: 3 });
    const base = { sortfield: "updatedTime", descending: false, size: 3 };
    should(opened.calls().map(({ body }) => body)).eql([
      { ...base, pit: { keepAlive: "5" } },
      { ...base, pit: { id: "p0", keepAlive: "5" }, searchAfter: [3] },
      { ...base, pit: { id: "p3", keepAlive: "5" }, searchAfter: [5] },
    ]);
  });

  it("asks for those updated since, and leaves out the others where the tenant does not", async () => {
    const read2 = await read({ size: 2, updatedSince: 3 * MINUTE });
    should(read2.map((page) => page.map(({ sub }) => sub))).eql([["s3", "s4"], ["s5"]]);
    should(opened.calls()[0]?.body).match({ rangefield: "updatedTime", from_value: "1970-01-01T00:03:00.000Z" });
  });

  it("gives the time that the users are sorted by, not the later one of an identity", async () => {
    const [early, late] = ["2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"];
    const one = { userAccount: { sub: "s1", updatedTime: early }, identity: { updatedTime: late }, sort: [1] };
    answer = ({ body }) =>
      isRecord(body) && body.searchAfter ? { status: 204 } : { status: 200, body: { users: [one] } };
    should((await read({}))[0]?.[0]?.updatedTime).equal(early);
  });

  it("ends with an empty page too", async () => {
    answer = () => ({ status: 200, body: { users: [] } });
    should(await read({})).eql([]);
  });

  it("stops with an error where the cursor is missing or stands still", async () => {
    const withoutSort = { sub: "s1" };
    for (const one of [withoutSort, user(1, "1"), user(1)]) {
      answer = () => ({ status: 200, body: { users: [one] } });
      should(await callErrorOf(read({}))).match({ code: "TENANT_CURSOR_LOST" });
    }
  });

  it("throws what the tenant answers instead of users", async () => {
    const cases: [Reply, object][] = [
      [{ status: 403 }, { code: "TENANT_FORBIDDEN", message: /cidaas:users_search/ }],
      [{ status: 503 }, { failure: "transient" }],
      [{ status: 200, body: "<html>" }, { code: "TENANT_ANSWER_INVALID" }],
      [
        { status: 200, body: { users: [{ email: "no-sub@example.org", sort: [1] }] } },
        { code: "TENANT_ANSWER_INVALID" },
      ],
    ];
    for (const [reply, expected] of cases) {
      answer = () => reply;
      should(await callErrorOf(read({}))).match(expected);
    }
  });
});

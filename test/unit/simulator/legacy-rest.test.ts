import should from "should";
import type { HistoryEntry } from "../../../simulator/kit/history";
import { type LegacyUser, type RunningLegacy, startLegacy, startPassword } from "../../../simulator/legacy/legacy";

const KEY = "simulator-legacy-key";

describe("the legacy system's REST interface", () => {
  let legacy: RunningLegacy;

  beforeEach(async () => {
    legacy = await startLegacy({ users: 3 });
  });
  afterEach(() => legacy.close());

  function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(legacy.url + path, {
      method,
      headers: { "x-api-key": KEY, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  async function read(path: string): Promise<LegacyUser> {
    return JSON.parse(await (await call("GET", path)).text());
  }
  async function list(query: string): Promise<LegacyUser[]> {
    return JSON.parse(await (await call("GET", `/users?${query}`)).text());
  }
  function login(email: string, password: string): Promise<Response> {
    return call("POST", "/login", { email, password });
  }

  it("creates, reads, changes and deletes a user", async () => {
    const created = await call("POST", "/users", {
      email: "new@example.org",
      first_name: "Eva",
      phone: "0151 23456789",
    });
    should(created.status).equal(201);
    const { id }: LegacyUser = JSON.parse(await created.text());
    should(id).equal(4);
    should(await read(`/users/${id}`)).match({ email: "new@example.org", tier: "basic", newsletter: "N" });

    const patched = await call("PATCH", `/users/${id}`, { city: "Ulm", newsletter: "J" });
    should(patched.status).equal(200);
    should(await read(`/users/${id}`)).match({ city: "Ulm", newsletter: "J", first_name: "Eva" });

    should((await call("DELETE", `/users/${id}`)).status).equal(204);
    should((await call("GET", `/users/${id}`)).status).equal(404);
  });

  it("lists users by page and by e-mail, whatever its case", async () => {
    const users = await list("after=1&limit=1");
    should(users.map((user) => user.id)).eql([2]);
    const email = users[0]?.email ?? "";
    const found = await list(`email=${email.toUpperCase()}`);
    should(found.map((user) => user.id)).eql([2]);
    should(await list("email=nobody@example.org")).eql([]);
    should((await call("GET", "/users?limit=1001")).status).equal(400);
  });

  it("answers 401 without the key, also on its health", async () => {
    for (const path of ["/users", "/users/1", "/health"]) {
      should((await call("GET", path, undefined, { "x-api-key": "wrong" })).status).equal(401);
    }
    should((await call("GET", "/health")).status).equal(200);
  });

  it("answers 409 for an e-mail that is taken, on create and on change, and keeps no event of it", async () => {
    const { email } = await read("/users/1");
    should((await call("POST", "/users", { email })).status).equal(409);
    should((await call("PATCH", "/users/2", { email })).status).equal(409);
    should(legacy.pendingEvents()).equal(0);
  });

  it("answers 404 for a user that does not exist", async () => {
    should((await call("PATCH", "/users/99", { city: "Ulm" })).status).equal(404);
    should((await call("DELETE", "/users/99")).status).equal(404);
    should((await call("PUT", "/users/99/password", { password: "secret" })).status).equal(404);
    should((await call("GET", "/users/1x")).status).equal(404);
  });

  for (const [name, value] of [
    ["email", "no address"],
    ["birth_date", "31.02.2000"],
    ["birth_date", "2000-01-01"],
    ["tier", "platinum"],
    ["newsletter", true],
    ["status", null],
    ["city", "x".repeat(201)],
    ["password_hash", "$2b$04$x"],
    ["__proto__", {}],
  ] as const) {
    it(`answers 400 for ${name} = ${JSON.stringify(value).slice(0, 20)}`, async () => {
      const body = `{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
      const response = await fetch(`${legacy.url}/users/1`, {
        method: "PATCH",
        headers: { "x-api-key": KEY, "content-type": "application/json" },
        body,
      });
      should(response.status).equal(400);
    });
  }

  it("stores empty text as no value", async () => {
    await call("PATCH", "/users/1", { phone: "", email: "" });
    should(await read("/users/1")).match({ phone: null, email: null });
  });

  it("gives every write of a record a later time than the write before", async () => {
    const times = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      legacy.edit(1, { city: `City ${count}` });
      times.add((await read("/users/1")).updated_at);
    }
    should([...times]).eql([...times].sort());
    should(times.size).equal(20);
  });

  it("writes the time of its own clock, which may be behind", () => {
    legacy.setDials({ clockOffsetMs: -60_000 });
    const id = legacy.create({ email: "new@example.org" });
    const user = legacy.snapshot().find((one) => String(one.id) === id);
    should(Date.parse(user?.created_at ?? "")).be.within(Date.now() - 65_000, Date.now() - 60_000);
  });

  it("gives the id of somebody deleted to somebody else only where it is told to", () => {
    legacy.remove(3);
    should(legacy.create({ email: "new@example.org" })).equal("4");
    should(legacy.create({ email: "again@example.org" }, "3")).equal("3");
  });

  it("holds an answer after its effect where its dial says so", async () => {
    const holdMs = 50;
    legacy.setDials({ answerDelayMs: holdMs });
    const answered = call("PATCH", "/users/1", { city: "Elsewhere" });
    while (legacy.snapshot()[0]?.city !== "Elsewhere") await new Promise((resolve) => setImmediate(resolve));
    const effectAt = performance.now();
    should((await answered).status).equal(200);
    should(performance.now() - effectAt).be.above(holdMs / 2);
  });

  it("writes nothing and sends nothing for a patch that changes nothing", async () => {
    const before = await read("/users/1");
    should((await call("PATCH", "/users/1", { city: before.city })).status).equal(200);
    should(await read("/users/1")).eql(before);
    should(legacy.pendingEvents()).equal(0);
  });

  it("logs in with the new password only, once it is changed", async () => {
    legacy.edit(1, { status: "active" });
    const email = (await read("/users/1")).email ?? "";
    const first = await login(email, startPassword(1));
    should(first.status).equal(200);
    should(await first.json()).eql({ id: 1 });

    should((await call("PUT", "/users/1/password", { password: "Another-1!" })).status).equal(204);
    should((await login(email, startPassword(1))).status).equal(401);
    should((await login(email, "Another-1!")).status).equal(200);
  });

  it("logs in nobody who is locked or has no password", async () => {
    legacy.edit(1, { status: "locked", email: "locked@example.org" });
    legacy.create({ email: "without@example.org" });
    should((await login("locked@example.org", startPassword(1))).status).equal(401);
    should((await login("without@example.org", "")).status).equal(401);
  });

  it("notes in the history who wrote what", async () => {
    await call("PATCH", "/users/1", { city: "Ulm" }, { "x-actor": "user" });
    await call("PATCH", "/users/1", { city: "Kiel" });
    const response = await fetch(`${legacy.url}/simulator/history?since=3`);
    const history: HistoryEntry[] = JSON.parse(await response.text());
    const updates = history.filter((entry) => entry.kind === "updated");
    should(updates.map(({ by, id, fields }) => ({ by, id, fields }))).eql([
      { by: "user", id: "1", fields: { city: "Ulm" } },
      { by: "sync", id: "1", fields: { city: "Kiel" } },
    ]);
  });

  it("fails as its dials say, and still lets them be turned back", async () => {
    const turned = await fetch(`${legacy.url}/simulator/dials`, {
      method: "PUT",
      body: JSON.stringify({ rate429: 1, retryAfter: 7 }),
    });
    should(turned.status).equal(200);
    const refused = await call("GET", "/users/1");
    should(refused.status).equal(429);
    should(refused.headers.get("retry-after")).equal("7");
    legacy.setDials({ rate429: 0 });
    should((await call("GET", "/users/1")).status).equal(200);
  });
});

describe("the users made up for the legacy system", () => {
  it("are the same each time, with distinct e-mails and phone numbers, a thousand within two seconds", async () => {
    const started = performance.now();
    const [first, second] = await Promise.all([startLegacy({ users: 1000 }), startLegacy({ users: 1000 })]);
    try {
      should(performance.now() - started).be.below(4000);
      const users = first.snapshot();
      should(users.length).equal(1000);
      should(new Set(users.map((user) => user.email)).size).equal(1000);
      const phones = users.flatMap((user) => (user.phone === null ? [] : [user.phone]));
      should(new Set(phones).size).equal(phones.length);
      const names = (user: LegacyUser) => `${user.email} ${user.phone} ${user.updated_at}`;
      should(second.snapshot().map(names)).eql(users.map(names));
    } finally {
      await first.close();
      await second.close();
    }
  });
});

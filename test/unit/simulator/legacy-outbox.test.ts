import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import should from "should";
import { type RunningServer, startServer } from "../../../simulator/kit/http";
import { type RunningLegacy, startLegacy } from "../../../simulator/legacy/legacy";
import { isObject } from "../../../simulator/legacy/user";

interface Received {
  event: string;
  user: { id: number; city?: string; password_hash?: string };
}

function isEvent(body: unknown): body is Received {
  return isObject(body) && typeof body.event === "string" && isObject(body.user) && typeof body.user.id === "number";
}

/** A receiver that notes the events and answers as it is told. */
async function startReceiver(answer: (event: Received) => number = () => 204) {
  const events: Received[] = [];
  const keys = new Set<unknown>();
  let underWay = 0;
  const most = { underWay: 0 };
  const server: RunningServer = await startServer({
    host: "127.0.0.1",
    port: 0,
    routes: [
      {
        method: "POST",
        path: "/events",
        handle: async ({ body, headers }) => {
          underWay += 1;
          most.underWay = Math.max(most.underWay, underWay);
          await new Promise((resolve) => setImmediate(resolve));
          underWay -= 1;
          if (!isEvent(body)) return { status: 400 };
          events.push(body);
          keys.add(headers["x-api-key"]);
          return { status: answer(body) };
        },
      },
    ],
  });
  return { events, keys, most, target: { url: `${server.url}/events`, key: "receiver-key" }, close: server.close };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("The condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the legacy system's outbox", () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });
  function kept<T extends { close(): Promise<void> }>(part: T): T {
    open.push(part);
    return part;
  }
  async function start(options: Parameters<typeof startLegacy>[0]): Promise<RunningLegacy> {
    return kept(await startLegacy({ users: 20, timeScale: 0.002, ...options }));
  }

  it("sends one event per change, with the key and the whole record", async () => {
    const receiver = kept(await startReceiver());
    const legacy = await start({ events: receiver.target });
    const id = legacy.create({ email: "new@example.org" });
    legacy.edit(id, { city: "Ulm" });
    legacy.changePassword(id, "Another-1!");
    legacy.remove(id);
    await until(() => legacy.pendingEvents() === 0);
    should(receiver.events.map(({ event }) => event)).eql([
      "user.created",
      "user.updated",
      "user.password_changed",
      "user.deleted",
    ]);
    should(receiver.events[1]?.user).match({ id: Number(id), city: "Ulm", email: "new@example.org" });
    should(receiver.events[2]?.user.password_hash).match(/^\$2b\$04\$/);
    should(receiver.events[3]?.user).eql({ id: Number(id) });
    should([...receiver.keys]).eql(["receiver-key"]);
  });

  it("repeats an event until it is answered 2xx, before any later event of the same user", async () => {
    let refusals = 3;
    const receiver = kept(await startReceiver(({ user }) => (user.id === 1 && refusals-- > 0 ? 500 : 200)));
    const legacy = await start({ events: receiver.target });
    legacy.edit(1, { city: "First" });
    legacy.edit(1, { city: "Second" });
    legacy.edit(2, { city: "Other" });
    await until(() => legacy.pendingEvents() === 0);
    const cities = receiver.events.filter(({ user }) => user.id === 1).map(({ user }) => user.city);
    should(cities).eql(["First", "First", "First", "First", "Second"]);
    should(receiver.events.filter(({ user }) => user.id === 2).length).equal(1);
  });

  it("keeps the order per user with many users side by side, never more than eight at once", async () => {
    const receiver = kept(await startReceiver());
    const legacy = await start({ events: receiver.target });
    for (let round = 0; round < 5; round += 1) {
      for (let id = 1; id <= 20; id += 1) legacy.edit(id, { city: `City ${round}` });
    }
    await until(() => legacy.pendingEvents() === 0);
    should(receiver.events.length).equal(100);
    for (let id = 1; id <= 20; id += 1) {
      const cities = receiver.events.filter(({ user }) => user.id === id).map(({ user }) => user.city);
      should(cities).eql(["City 0", "City 1", "City 2", "City 3", "City 4"]);
    }
    should(receiver.most.underWay).be.within(2, 8);
  });

  it("goes on with what an earlier run left in the same file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "legacy-outbox-"));
    try {
      const database = join(directory, "legacy.db");
      const first = await startLegacy({ database, users: 5 });
      first.edit(1, { city: "First" });
      first.edit(1, { city: "Second" });
      first.edit(2, { city: "Other" });
      await first.close();

      const receiver = await startReceiver();
      const second = await startLegacy({ database, users: 5, events: receiver.target });
      should(second.snapshot().length).equal(5);
      await until(() => second.pendingEvents() === 0);
      await second.close();
      await receiver.close();
      should(receiver.events.length).equal(3);
      const cities = receiver.events.filter(({ user }) => user.id === 1).map(({ user }) => user.city);
      should(cities).eql(["First", "Second"]);

      const third = await startLegacy({ database, users: 5 });
      should(third.pendingEvents()).equal(0);
      await third.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("lets events wait until it knows a receiver", async () => {
    const receiver = kept(await startReceiver());
    const legacy = await start({});
    legacy.edit(1, { city: "Ulm" });
    should(legacy.pendingEvents()).equal(1);
    legacy.setEvents(receiver.target);
    await until(() => legacy.pendingEvents() === 0);
    should(receiver.events.length).equal(1);
  });

  it("sends events twice, not at all, late or out of order when its dials say so", async () => {
    const receiver = kept(await startReceiver());
    const legacy = await start({ events: receiver.target });
    legacy.setDials({ rateDuplicateEvent: 1 });
    legacy.edit(1, { city: "Twice" });
    await until(() => legacy.pendingEvents() === 0);
    should(receiver.events.splice(0).map(({ user }) => user.city)).eql(["Twice", "Twice"]);

    legacy.setDials({ rateDuplicateEvent: 0, rateLostEvent: 1 });
    legacy.edit(1, { city: "Lost" });
    should(legacy.pendingEvents()).equal(0);

    legacy.setDials({ rateLostEvent: 0, eventDelayMs: 60 });
    const edited = Date.now();
    legacy.edit(1, { city: "Late" });
    await until(() => legacy.pendingEvents() === 0);
    should(Date.now() - edited).be.aboveOrEqual(55);
    should(receiver.events.splice(0).map(({ user }) => user.city)).eql(["Late"]);

    legacy.setDials({ eventDelayMs: 0, reorderEvents: true });
    const cities = Array.from({ length: 12 }, (_, index) => `City ${index}`);
    for (const city of cities) legacy.edit(1, { city });
    await until(() => legacy.pendingEvents() === 0);
    const order = receiver.events.map(({ user }) => user.city ?? "");
    should(order).not.eql(cities);
    should(order.toSorted()).eql(cities.toSorted());
  });
});

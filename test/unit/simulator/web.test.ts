import should from "should";
import { type RunningSimulator, startSimulator } from "../../../simulator";
import type { HistoryView, PeoplePage } from "../../../simulator/web/view";

const HASH = /\$2[aby]\$|passwordHash|[0-9a-f]{40}/;

describe("the simulator's page", () => {
  let simulator: RunningSimulator;
  let url: string;

  beforeEach(async () => {
    simulator = await startSimulator({ webPort: 0, legacy: { users: 3 } });
    url = simulator.web?.url ?? "";
  });
  afterEach(() => simulator.close());

  async function people(query = ""): Promise<PeoplePage> {
    return JSON.parse(await (await fetch(`${url}/api/people?${query}`)).text());
  }
  function send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${url}/api/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  it("is served with its style and script, and loads nothing from elsewhere", async () => {
    const page = await fetch(`${url}/`);
    should(page.headers.get("content-type")).startWith("text/html");
    should(page.headers.get("content-security-policy")).startWith("default-src 'self'");
    should(await page.text())
      .match(/page\.css/)
      .and.match(/page\.js/);
    const script = await fetch(`${url}/page.js`);
    should(script.headers.get("content-type")).startWith("text/javascript");
    should(await script.text())
      .match(/EventSource/)
      .and.not.match(/interface |import /);
    should((await fetch(`${url}/page.css`)).headers.get("content-type")).startWith("text/css");
  });

  it("shows one person on one row: by the legacy id in cidaas, else by e-mail", async () => {
    const [first, second] = simulator.legacy.snapshot();
    simulator.tenant.register({ email: "other@example.org", customFields: { legacy_id: "1" } });
    simulator.tenant.register({ email: second?.email?.toUpperCase() ?? "" });
    simulator.tenant.register({ email: "alone@example.org" });
    const { rows, counts } = await people();
    should(rows.map(({ cidaas, legacy }) => [cidaas?.email.toLowerCase() ?? null, legacy?.id ?? null])).eql([
      ["alone@example.org", null],
      [null, "3"],
      [second?.email, "2"],
      ["other@example.org", "1"],
    ]);
    should(counts).match({ cidaas: 3, legacy: 3, linked: 2 });
    should(rows[3]?.legacy?.email).equal(first?.email);
    should(rows[3]?.different).containEql("email");
  });

  it("sees no difference in notation: national or international number, case of the e-mail", async () => {
    simulator.legacy.edit(1, { email: "eva@example.org", phone: "0151 23456789" });
    const id = simulator.tenant.register({ email: "EVA@example.org", mobile_number: "+4915123456789" });
    const row = (await people()).rows.find(({ cidaas }) => cidaas?.id === id);
    should(row?.different).not.containEql("phone").and.not.containEql("email");
  });

  it("gives fifty rows at a time, and finds a person by any word", async () => {
    for (let count = 0; count < 60; count += 1)
      simulator.legacy.create({ email: `u${count}@example.org`, city: "Ulm" });
    simulator.legacy.edit(2, { city: "Görlitz", last_name: "Findmich" });
    const first = await people();
    should([first.rows.length, first.found, first.pages]).eql([50, 63, 2]);
    should((await people("page=1")).rows.length).equal(13);
    should((await people("page=99")).page).equal(1);
    should((await people("search=görl findmich")).rows.map(({ legacy }) => legacy?.id)).eql(["2"]);
    should((await people("search=nowhere")).rows).eql([]);
  });

  it("registers, changes and deletes a user in the legacy system, as the user's own edit", async () => {
    const created = await send("POST", "legacy/users", {
      email: "new@example.org",
      firstName: "Eva",
      password: "First-1!",
    });
    should(created.status).equal(201);
    const changes = { city: "Ulm", newsletter: true, password: "Second-2!" };
    should((await send("PATCH", "legacy/users/4", changes)).status).equal(204);
    should(simulator.legacy.snapshot()[3]).match({ id: 4, first_name: "Eva", city: "Ulm", newsletter: "J" });
    const login = await fetch(`${simulator.legacy.url}/login`, {
      method: "POST",
      headers: { "x-api-key": "simulator-legacy-key" },
      body: JSON.stringify({ email: "new@example.org", password: "Second-2!" }),
    });
    should(login.status).equal(200);
    should((await send("DELETE", "legacy/users/4")).status).equal(204);
    should(simulator.legacy.snapshot().length).equal(3);
    const edits = simulator.history
      .entries()
      .filter(({ kind, id }) => id === "4" && kind !== "event" && kind !== "login");
    should(edits.map(({ by }) => by)).eql(["user", "user", "user", "user"]);
  });

  it("registers, changes and deletes a user in cidaas, and takes a number written the national way", async () => {
    const created = await send("POST", "cidaas/users", { email: "new@example.org", password: "First-1!" });
    const { id }: { id: string } = JSON.parse(await created.text());
    const changes = { lastName: "Neu", phone: "0151 23456789", city: "Ulm", tier: "gold", password: "Second-2!" };
    should((await send("PATCH", `cidaas/users/${id}`, changes)).status).equal(204);
    should(simulator.tenant.snapshot()[0]).match({
      sub: id,
      family_name: "Neu",
      mobile_number: "+4915123456789",
      address: { locality: "Ulm" },
      customFields: { tier: "gold" },
    });
    should(simulator.tenant.login("new@example.org", "Second-2!")).equal(id);
    should((await send("DELETE", `cidaas/users/${id}`)).status).equal(204);
    should(simulator.tenant.snapshot()).eql([]);
  });

  it("passes on what a system refuses", async () => {
    const taken = await send("POST", "legacy/users", { email: simulator.legacy.snapshot()[0]?.email });
    should(taken.status).equal(400);
    should(await taken.json()).match({ code: "EMAIL_TAKEN" });
    should((await send("PATCH", "legacy/users/99", { city: "Ulm" })).status).equal(404);
    should((await send("PATCH", "cidaas/users/nobody", { city: "Ulm" })).status).equal(404);
    should((await send("DELETE", "elsewhere/users/1")).status).equal(404);
    should((await send("PATCH", "legacy/users/1", { city: 7 })).status).equal(400);
    should((await send("PATCH", "legacy/users/1", ["city"])).status).equal(400);
  });

  it("streams a change when it happens, and everything since the entry last seen", async () => {
    const seen = simulator.history.entries().length;
    const waiting = fetch(`${url}/api/changes?since=${seen}`);
    // Once this is answered, the request before it waits for news.
    await people();
    simulator.legacy.edit(1, { city: "Ulm" });
    const response = await waiting;
    should(response.headers.get("content-type")).startWith("text/event-stream");
    const entries = entriesOf(await response.text());
    should(entries[0]).match({ seq: seen + 1, system: "legacy", id: "1", kind: "updated", fields: [["city", "Ulm"]] });

    simulator.legacy.edit(1, { city: "Kiel" });
    const again = await fetch(`${url}/api/changes`, { headers: { "last-event-id": String(entries.at(-1)?.seq) } });
    should(entriesOf(await again.text())[0]).match({ kind: "updated", fields: [["city", "Kiel"]] });
  });

  it("never shows a password or a hash", async () => {
    simulator.legacy.changePassword(1, "Another-1!");
    simulator.tenant.register({ email: "new@example.org", password: "Another-1!" });
    for (const path of ["people", "history", "changes?since=0"]) {
      const text = await (await fetch(`${url}/api/${path}`)).text();
      should(text)
        .not.match(HASH)
        .and.not.match(/Another-1!/);
    }
    const history: HistoryView[] = JSON.parse(await (await fetch(`${url}/api/history`)).text());
    should(history.flatMap(({ fields }) => fields)).containEql(["password_hash", "changed"]);
  });

  it("turns the dials of one side", async () => {
    should((await send("PUT", "legacy/dials", { rate5xx: 1 })).status).equal(204);
    should(JSON.parse(await (await fetch(`${url}/api/legacy/dials`)).text())).match({ rate5xx: 1 });
    should(JSON.parse(await (await fetch(`${url}/api/cidaas/dials`)).text())).match({ rate5xx: 0 });
    should((await send("PUT", "legacy/dials", { rate5xx: 2 })).status).equal(400);
  });

  function entriesOf(stream: string): HistoryView[] {
    return stream
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice("data: ".length)));
  }
});

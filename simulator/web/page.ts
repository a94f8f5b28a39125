import type { HistoryView, PageDials, PeoplePage, PersonFields, PersonInput, PersonView, Row, SideName } from "./view";

const SIDES: readonly SideName[] = ["cidaas", "legacy"];
const REFRESH_MS = 150;
/** The stream is quiet for a quarter of a minute at the most. */
const SILENCE_MS = 25_000;
const HISTORY_LENGTH = 100;

const FORM_TEXTS: [Exclude<keyof PersonFields, "newsletter" | "tier">, string, string][] = [
  ["firstName", "First name", "text"],
  ["lastName", "Last name", "text"],
  ["email", "E-mail", "email"],
  ["phone", "Phone", "tel"],
  ["city", "City", "text"],
];
const DIALS: [keyof PageDials, string, number, number][] = [
  ["latencyMs", "Latency (ms)", 3000, 50],
  ["rate429", "Answers 429", 1, 0.05],
  ["rate5xx", "Answers 5xx", 1, 0.05],
  ["rateLostEvent", "Lost events", 1, 0.05],
];

/** What the page shows now, to see what changes; and the card that is a form, which a refresh leaves alone. */
const state = { page: 0, shown: new Map<string, PersonView>(), editing: null as HTMLElement | null, lastNews: 0 };

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}`);
  return found;
}

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  members: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), members);
  made.append(...children);
  return made;
}

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method };
  if (body !== undefined)
    Object.assign(init, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const response = await fetch(path, init);
  if (response.ok) return response;
  const refusal: { message?: string } = await response.json().catch(() => ({}));
  throw new Error(refusal.message ?? `The simulator answered ${response.status}.`);
}

const rows = element("rows", HTMLElement);
const search = element("search", HTMLInputElement);
const historyList = element("history", HTMLOListElement);

// People

let refreshTimer: number | null = null;

function refreshSoon(): void {
  if (refreshTimer !== null) return;
  refreshTimer = window.setTimeout(async () => {
    await refresh().catch(() => undefined);
    refreshTimer = null;
  }, REFRESH_MS);
}

async function refresh(): Promise<void> {
  const query = new URLSearchParams({ search: search.value, page: String(state.page) });
  const people: PeoplePage = await (await call("GET", `api/people?${query}`)).json();
  state.page = people.page;
  showRows(people.rows);
  showCounts(people);
}

/** Puts the rows in place; those that are there already are kept, so that a form keeps its focus. */
function showRows(next: Row[]): void {
  const old = new Map(
    [...rows.children].map((child) => [child instanceof HTMLElement ? child.dataset.key : "", child]),
  );
  const before = state.shown;
  state.shown = new Map();
  let place = rows.firstElementChild;
  for (const row of next) {
    const key = row.legacy === null ? `cidaas ${row.cidaas?.id}` : `legacy ${row.legacy.id}`;
    const existing = old.get(key);
    old.delete(key);
    const shown = existing ?? make("div", { className: "row" }, make("article"), make("article"));
    if (shown instanceof HTMLElement) shown.dataset.key = key;
    if (shown === place) place = place.nextElementSibling;
    else rows.insertBefore(shown, place);
    for (const [index, side] of SIDES.entries()) {
      const card = shown.children[index];
      const view = row[side];
      if (view !== null) state.shown.set(`${side} ${view.id}`, view);
      if (card instanceof HTMLElement && card !== state.editing) showCard(card, side, row, before);
    }
  }
  for (const gone of old.values()) {
    if (state.editing !== null && gone.contains(state.editing)) state.editing = null;
    gone.remove();
  }
  element("nobody", HTMLElement).hidden = next.length > 0;
}

function showCard(card: HTMLElement, side: SideName, row: Row, before: Map<string, PersonView>): void {
  const view = row[side];
  if (view === null) {
    clear(card);
    return;
  }
  // A card that shows this already is left alone, so that its flash ends in its own time.
  const content = JSON.stringify([view, row.different]);
  if (card.dataset.content === content) return;
  card.dataset.content = content;
  const old = before.get(`${side} ${view.id}`);
  // Without an earlier state everything is new, unless the page has just been opened or turned.
  const isNew = old === undefined && before.size > 0;
  const part = (name: keyof PersonFields, text: string, className = ""): HTMLElement => {
    const differs = row.different.includes(name) ? " differs" : "";
    const flash = isNew || (old !== undefined && old[name] !== view[name]) ? " flash" : "";
    return make("span", { className: className + differs + flash }, text);
  };
  const status = ["VERIFIED", "active"].includes(view.status) ? [] : [make("span", { className: "pill" }, view.status)];
  const edit = make("button", { type: "button", ariaLabel: `Edit ${view.email} in ${side}` }, "Edit");
  edit.addEventListener("click", () => openForm(card, side, view));
  card.replaceChildren(
    make(
      "div",
      {},
      make(
        "p",
        {},
        part("firstName", view.firstName || (view.lastName === "" ? "no name" : ""), "name"),
        part("lastName", view.lastName, "name"),
        ...status,
      ),
      make("p", {}, part("email", view.email || "no e-mail"), part("phone", view.phone)),
      make(
        "p",
        {},
        part("city", view.city),
        part("tier", view.tier || "no tier", "pill"),
        part("newsletter", view.newsletter ? "newsletter" : "no newsletter", "pill"),
      ),
    ),
    edit,
  );
}

function clear(card: HTMLElement): void {
  card.replaceChildren();
  delete card.dataset.content;
}

function showCounts({ counts, found, page, pages }: PeoplePage): void {
  const names: [string, number][] = [
    ["cidaas", counts.cidaas],
    ["legacy", counts.legacy],
    ["on both sides", counts.linked],
    ["equal", counts.equal],
    ["events waiting", counts.pending],
  ];
  element("counts", HTMLElement).replaceChildren(
    ...names.map(([name, count]) => make("div", {}, make("dt", {}, name), make("dd", {}, count.toLocaleString("en")))),
  );
  element("position", HTMLElement).textContent = `page ${page + 1} of ${pages} · ${found.toLocaleString("en")} persons`;
  element("previous", HTMLButtonElement).disabled = page === 0;
  element("next", HTMLButtonElement).disabled = page + 1 >= pages;
}

// Editing

/** Turns a card into a form: of a user, or of a new one. */
function openForm(card: HTMLElement, side: SideName, view: PersonView | null): void {
  closeForm();
  state.editing = card;
  const inputs = FORM_TEXTS.map(([name, label, type]) => {
    const input = make("input", { name, type, value: view?.[name] ?? "", autocomplete: "off" });
    return make("label", {}, label, input);
  });
  const tier = make(
    "select",
    { name: "tier" },
    ...["", "basic", "silver", "gold"].map((word) => new Option(word, word)),
  );
  tier.value = view?.tier ?? "basic";
  const newsletter = make("input", { name: "newsletter", type: "checkbox", checked: view?.newsletter ?? false });
  const password = make("input", { name: "password", type: "password", autocomplete: "new-password" });
  password.placeholder = view === null ? "" : "unchanged";
  const problem = make("p", { className: "problem" });
  problem.role = "alert";
  const cancel = make("button", { type: "button" }, "Cancel");
  cancel.addEventListener("click", closeForm);
  const save = make("button", { type: "submit", className: "primary" }, view === null ? "Register" : "Save");
  const form = make(
    "form",
    { noValidate: true },
    ...inputs,
    make("label", {}, "Tier", tier),
    make("label", { className: "check" }, newsletter, "Newsletter"),
    make("label", {}, "Password", password),
    make("div", { className: "actions" }, save, cancel, ...(view === null ? [] : [deleteButton(side, view, problem)])),
    problem,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = changedInput(form, view);
    await attempt(problem, () =>
      view === null ? call("POST", `api/${side}/users`, input) : call("PATCH", userPath(side, view), input),
    );
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeForm();
  });
  card.replaceChildren(form);
  form.querySelector("input")?.focus();
}

function closeForm(): void {
  element("registration", HTMLElement).hidden = true;
  if (state.editing !== null) clear(state.editing);
  state.editing = null;
  refreshSoon();
}

/** The first press asks, the second deletes. */
function deleteButton(side: SideName, view: PersonView, problem: HTMLElement): HTMLButtonElement {
  const button = make("button", { type: "button", className: "danger" }, "Delete");
  let asked = false;
  button.addEventListener("click", async () => {
    if (asked) await attempt(problem, () => call("DELETE", userPath(side, view)));
    asked = true;
    button.textContent = `Really delete in ${side}`;
  });
  return button;
}

async function attempt(problem: HTMLElement, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
    closeForm();
  } catch (thrown) {
    problem.textContent = thrown instanceof Error ? thrown.message : "That did not work.";
  }
}

/** Only what the person changed: an edit of one field is no edit of the others. */
function changedInput(form: HTMLFormElement, view: PersonView | null): PersonInput {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "").trim();
  const input: PersonInput = {};
  for (const name of [...FORM_TEXTS.map(([field]) => field), "tier"] as const) {
    if (text(name) !== (view?.[name] ?? "")) input[name] = text(name);
  }
  if (data.has("newsletter") !== (view?.newsletter ?? false)) input.newsletter = data.has("newsletter");
  if (text("password") !== "") input.password = text("password");
  return input;
}

function userPath(side: SideName, view: PersonView): string {
  return `api/${side}/users/${encodeURIComponent(view.id)}`;
}

// History and faults

function historyItem(entry: HistoryView): HTMLLIElement {
  const time = make("time", { dateTime: new Date(entry.at).toISOString() }, new Date(entry.at).toLocaleTimeString());
  const who = make("b", { className: entry.system }, entry.system);
  const person = entry.person === "" ? entry.id : entry.person;
  const fields = ["updated", "event"].includes(entry.kind) ? entry.fields : [];
  const values = fields.map(([name, value]) => `${name}: ${value}`).join(", ");
  const what = entry.kind === "event" ? "fired an event" : `${entry.kind} by ${entry.by}`;
  return make("li", {}, time, who, ` ${person} ${what}`, make("small", {}, values));
}

async function showHistory(): Promise<void> {
  const entries: HistoryView[] = await (await call("GET", "api/history")).json();
  historyList.replaceChildren(...entries.map(historyItem));
  const changes = new EventSource(`api/changes?since=${entries[0]?.seq ?? 0}`);
  state.lastNews = Date.now();
  changes.addEventListener("message", (message) => {
    const entry: HistoryView = JSON.parse(message.data);
    const item = historyItem(entry);
    item.classList.add("flash");
    historyList.prepend(item);
    while (historyList.children.length > HISTORY_LENGTH) historyList.lastElementChild?.remove();
    refreshSoon();
  });
  changes.addEventListener("open", () => {
    state.lastNews = Date.now();
  });
}

async function showDials(form: HTMLFormElement): Promise<void> {
  const path = `api/${form.dataset.side}/dials`;
  const dials: PageDials = await (await call("GET", path)).json();
  for (const [name, label, max, step] of DIALS) {
    const output = make("output", {}, String(dials[name]));
    const input = make("input", { type: "range", min: "0", max: String(max), step: String(step), name });
    input.value = String(dials[name]);
    input.addEventListener("input", () => {
      output.value = input.value;
    });
    input.addEventListener("change", () => call("PUT", path, { [name]: Number(input.value) }));
    form.append(make("label", {}, label, output, input));
  }
}

function turn(page: number): void {
  state.page = page;
  state.shown = new Map();
  refreshSoon();
}

search.addEventListener("input", () => turn(0));
element("previous", HTMLButtonElement).addEventListener("click", () => turn(state.page - 1));
element("next", HTMLButtonElement).addEventListener("click", () => turn(state.page + 1));
for (const side of SIDES) {
  document.querySelector(`[data-register=${side}]`)?.addEventListener("click", () => {
    openForm(element(`register-${side}`, HTMLElement), side, null);
    element("registration", HTMLElement).hidden = false;
    element(`register-${side}`, HTMLElement).querySelector("input")?.focus();
  });
}
for (const form of document.querySelectorAll<HTMLFormElement>("#dials form")) void showDials(form);
setInterval(() => {
  element("live", HTMLElement).classList.toggle("on", Date.now() - state.lastNews < SILENCE_MS);
}, 1000);
// Waiting events grow and shrink without an entry in the history.
setInterval(refreshSoon, 2000);
void refresh();
void showHistory();

import { SyncError } from "../../lib/errors";
import { parseDials } from "../kit/dials";
import type { History, HistoryEntry } from "../kit/history";
import { answer, type KitRequest, type Route, startServer } from "../kit/http";
import type { RunningLegacy } from "../legacy/legacy";
import type { RunningTenant } from "../tenant/tenant";
import { assetRoutes } from "./assets";
import { changesRoute } from "./changes";
import { historyView } from "./history-view";
import { joinPeople, pageOf } from "./people";
import { cidaasPerson, cidaasSide, legacySide, legacyView, parsePersonInput, type Side } from "./sides";
import type { HistoryView, PersonView, Row, SideName } from "./view";

export interface WebOptions {
  host?: string;
  /** 0 picks a free port. */
  port?: number;
  tenant: RunningTenant;
  legacy: RunningLegacy;
  history: History;
}

export interface RunningWeb {
  /** Without trailing slash. */
  url: string;
  close(): Promise<void>;
}

const SHOWN_ENTRIES = 100;
/** Codes that the two systems give where there is no such user. */
const UNKNOWN = ["NOT_FOUND", "USER_UNKNOWN"];

/** Serves the page with both systems side by side. Rejects when it cannot listen. */
export async function startWeb(options: WebOptions): Promise<RunningWeb> {
  const { tenant, legacy, history } = options;
  const people = new People(tenant, legacy, history);
  const sides: Record<SideName, Side> = { cidaas: cidaasSide(tenant), legacy: legacySide(legacy) };
  const systems: Record<SideName, RunningTenant | RunningLegacy> = { cidaas: tenant, legacy };
  const render = (entry: HistoryEntry): HistoryView => historyView(entry, people.nameOf(entry.system, entry.id));

  const routes: Route[] = [
    {
      method: "GET",
      path: "/api/people",
      handle: ({ url }) => {
        const pending = tenant.pendingWebhooks() + legacy.pendingEvents();
        const page = Number(url.searchParams.get("page")) || 0;
        return answer(200, pageOf(people.rows(), url.searchParams.get("search") ?? "", Math.trunc(page), pending));
      },
    },
    {
      method: "GET",
      path: "/api/history",
      handle: () => answer(200, history.entries().slice(-SHOWN_ENTRIES).reverse().map(render)),
    },
    changesRoute(history, render),
    {
      method: "POST",
      path: "/api/:side/users",
      handle: ({ params, body }) => answer(201, { id: named(sides, params.side).register(parsePersonInput(body)) }),
    },
    {
      method: "PATCH",
      path: "/api/:side/users/:id",
      handle: ({ params, body }) => {
        named(sides, params.side).edit(params.id ?? "", parsePersonInput(body));
        return answer(204);
      },
    },
    {
      method: "DELETE",
      path: "/api/:side/users/:id",
      handle: ({ params }) => {
        named(sides, params.side).remove(params.id ?? "");
        return answer(204);
      },
    },
    {
      method: "GET",
      path: "/api/:side/dials",
      handle: async ({ params }) => {
        const response = await fetch(`${named(systems, params.side).url}/simulator/dials`);
        return answer(response.status, await response.json());
      },
    },
    {
      method: "PUT",
      path: "/api/:side/dials",
      handle: ({ params, body }) => {
        named(systems, params.side).setDials(parseDials(body));
        return answer(204);
      },
    },
  ];
  return startServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    routes: [...(await assetRoutes()), ...routes.map(withErrors)],
  });
}

/** Both systems' users, joined anew when something has happened since. */
class People {
  #rows: Row[] = [];
  #byId = new Map<string, PersonView>();
  #seen = -1;
  readonly #tenant: RunningTenant;
  readonly #legacy: RunningLegacy;
  readonly #history: History;

  constructor(tenant: RunningTenant, legacy: RunningLegacy, history: History) {
    this.#tenant = tenant;
    this.#legacy = legacy;
    this.#history = history;
  }

  rows(): readonly Row[] {
    this.#refresh();
    return this.#rows;
  }

  /** Name or e-mail of a user; empty when the user is gone. */
  nameOf(side: SideName, id: string): string {
    this.#refresh();
    const view = this.#byId.get(`${side} ${id}`);
    if (view === undefined) return "";
    return `${view.firstName} ${view.lastName}`.trim() || view.email;
  }

  #refresh(): void {
    const newest = this.#history.entries().length;
    if (newest === this.#seen) return;
    this.#seen = newest;
    const cidaas = this.#tenant.snapshot().map(cidaasPerson);
    const legacy = this.#legacy.snapshot().map(legacyView);
    this.#rows = joinPeople(cidaas, legacy);
    this.#byId = new Map([
      ...cidaas.map(({ view }): [string, PersonView] => [`cidaas ${view.id}`, view]),
      ...legacy.map((view): [string, PersonView] => [`legacy ${view.id}`, view]),
    ]);
  }
}

function named<T>(sides: Record<SideName, T>, name: string | undefined): T {
  if (name === "cidaas" || name === "legacy") return sides[name];
  throw new SyncError("NOT_FOUND", "Name a side: cidaas or legacy.");
}

/** What a system refuses is told to the page. */
function withErrors(route: Route): Route {
  return {
    ...route,
    handle: async (request: KitRequest) => {
      try {
        return await route.handle(request);
      } catch (thrown) {
        if (!(thrown instanceof SyncError)) throw thrown;
        return answer(UNKNOWN.includes(thrown.code) ? 404 : 400, { code: thrown.code, message: thrown.message });
      }
    },
  };
}

import type { NodeAPI } from "node-red";
import should from "should";
import { mountAdminRoutes } from "../../../admin/routes";

type Handler = (request: object, response: object, next: () => void) => void;

/** An application that keeps what is mounted, with the permission that stands in front. */
function fakeRuntime(): { RED: NodeAPI; mounted: string[] } {
  const mounted: string[] = [];
  const permissions = new Map<Handler, string>();
  const mount =
    (method: string) =>
    (path: string, ...handlers: Handler[]) => {
      const needed = handlers.map((handler) => permissions.get(handler) ?? "handler");
      mounted.push([method, path, ...needed].join(" "));
    };
  const auth = {
    needsPermission(permission: string): Handler {
      const handler: Handler = (_request, _response, next) => next();
      permissions.set(handler, permission);
      return handler;
    },
  };
  const httpAdmin = { get: mount("GET"), post: mount("POST") };
  return { RED: Object.assign(Object.create(null), { httpAdmin, auth }), mounted };
}

describe("The admin routes", () => {
  it("ask for the permission to read where they only look, and to write where they change something", () => {
    const { RED, mounted } = fakeRuntime();
    mountAdminRoutes(RED);
    should(mounted.sort()).eql([
      "GET /user-sync/:key/conflicts user-sync.read handler",
      "GET /user-sync/:key/parked user-sync.read handler",
      "GET /user-sync/:key/status user-sync.read handler",
      "GET /user-sync/presets user-sync.read handler",
      "GET /user-sync/presets/:id user-sync.read handler",
      "POST /user-sync/:key/brake user-sync.write handler",
      "POST /user-sync/:key/catch-up user-sync.write handler",
      "POST /user-sync/:key/drain user-sync.write handler",
      "POST /user-sync/:key/forget user-sync.write handler",
      "POST /user-sync/:key/parked/discard user-sync.write handler",
      "POST /user-sync/:key/parked/retry user-sync.write handler",
      "POST /user-sync/:key/pause user-sync.write handler",
      "POST /user-sync/:key/recover user-sync.write handler",
      "POST /user-sync/:key/resume user-sync.write handler",
      "POST /user-sync/preview user-sync.write handler",
      "POST /user-sync/samples user-sync.write handler",
    ]);
  });

  it("are mounted once, however many nodes ask for it", () => {
    const { RED, mounted } = fakeRuntime();
    mountAdminRoutes(RED);
    mountAdminRoutes(RED);
    should(mounted).have.length(16);
  });

  it("are left out where Node-RED has no admin application", () => {
    const { RED, mounted } = fakeRuntime();
    mountAdminRoutes(Object.assign(Object.create(null), { ...RED, httpAdmin: false }));
    should(mounted).eql([]);
  });
});

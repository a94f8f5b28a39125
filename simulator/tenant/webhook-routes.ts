import { SyncError } from "../../lib/errors";
import type { KitAnswer, Route } from "../kit/http";
import { isObject } from "./account";
import { authorized, failure, success, type TenantContext } from "./answers";
import { EVENT_NAMES } from "./events";
import { parseWebhook, renderWebhook, type WebhookRegistry } from "./webhooks";

const READ = ["cidaas:webhook_read"];
const WRITE = ["cidaas:webhook_write"];
const DELETE = ["cidaas:webhook_delete"];

/** Registration of webhooks (section 3.4 of the interface notes), by the current and the older path. */
export function webhookRoutes(context: TenantContext, registry: WebhookRegistry): Route[] {
  function save(body: unknown): KitAnswer {
    try {
      const id = isObject(body) && typeof body._id === "string" && body._id !== "" ? body._id : undefined;
      const { webhook, created } = registry.save(parseWebhook(body), id);
      return success(renderWebhook(webhook), created ? 201 : 200);
    } catch (thrown) {
      if (thrown instanceof SyncError) return failure(400, thrown.message);
      throw thrown;
    }
  }

  return [
    ...["/webhook-srv/webhooks", "/webhook-srv/webhook"].map((path) => ({
      method: "POST",
      path,
      handle: authorized(context, WRITE, ({ body }) => save(body)),
    })),
    {
      method: "GET",
      path: "/webhook-srv/webhook",
      handle: authorized(context, READ, ({ url }) => {
        const webhook = registry.get(url.searchParams.get("id") ?? "");
        return webhook === undefined ? { status: 204 } : success(renderWebhook(webhook));
      }),
    },
    {
      method: "DELETE",
      path: "/webhook-srv/webhook/:id",
      handle: authorized(context, DELETE, ({ params }) =>
        registry.remove(params.id ?? "") ? success({}) : failure(404, "webhook not found"),
      ),
    },
    {
      method: "GET",
      path: "/webhook-srv/eventdescriptions",
      handle: authorized(context, READ, () =>
        success(EVENT_NAMES.map((name) => ({ _id: name, objectType: "users", goodForWebhook: true }))),
      ),
    },
  ];
}

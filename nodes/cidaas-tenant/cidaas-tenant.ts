import type { Node, NodeAPI, NodeDef } from "node-red";
import { parseTenantConfig } from "../../lib/cidaas/config";
import { createTenant } from "../../lib/cidaas/tenant";
import { createHttpClient } from "../../lib/delivery/http";
import { proxyOptions, tlsOptions } from "../shared/connection";
import { type TenantPart, tenantParts } from "../shared/parts";
import { SharedResource } from "../shared/shared-resource";

interface TenantDef extends NodeDef {
  tls?: string;
  proxy?: string;
}

/** The connection to one cidaas tenant: its client, tokens and limits are shared by all nodes that use it. */
export = function register(RED: NodeAPI): void {
  function CidaasTenant(this: Node, def: TenantDef): void {
    RED.nodes.createNode(this, def);
    const open = (): TenantPart => {
      const config = parseTenantConfig(def, this.credentials);
      const { timeoutMs, maxConcurrent, requestsPerSecond } = config;
      const tls = tlsOptions(RED, def.tls);
      const proxy = proxyOptions(RED, def.proxy);
      const http = createHttpClient({ timeoutMs, maxConcurrent, requestsPerSecond, tls, proxy });
      return { config, http, tenant: createTenant(config, http, Date.now) };
    };
    tenantParts.set(this, new SharedResource(open, (part) => part.tenant.close()));
  }

  RED.nodes.registerType("cidaas-tenant", CidaasTenant, {
    credentials: { clientId: { type: "text" }, clientSecret: { type: "password" } },
  });
};

import type { Node, NodeAPI, NodeDef } from "node-red";
import { createHttpClient } from "../../lib/delivery/http";
import { parseLegacyConfig } from "../../lib/legacy/config";
import { createLegacyTarget } from "../../lib/legacy/target";
import { proxyOptions, tlsOptions } from "../shared/connection";
import { legacyParts } from "../shared/parts";
import { SharedResource } from "../shared/shared-resource";

interface LegacyDef extends NodeDef {
  tls?: string;
  proxy?: string;
}

/** The connection to the legacy system over HTTP. */
export = function register(RED: NodeAPI): void {
  function UserSyncLegacy(this: Node, def: LegacyDef): void {
    RED.nodes.createNode(this, def);
    const open = () => {
      const config = parseLegacyConfig(def, this.credentials);
      const { timeoutMs, maxConcurrent, requestsPerSecond } = config;
      const tls = tlsOptions(RED, def.tls);
      const proxy = proxyOptions(RED, def.proxy);
      const http = createHttpClient({ timeoutMs, maxConcurrent, requestsPerSecond, tls, proxy });
      return { target: createLegacyTarget(config, http, Date.now) };
    };
    legacyParts.set(this, new SharedResource(open, (part) => part.target.close()));
  }

  RED.nodes.registerType("user-sync-legacy", UserSyncLegacy, {
    credentials: {
      user: { type: "text" },
      password: { type: "password" },
      token: { type: "password" },
      clientId: { type: "text" },
      clientSecret: { type: "password" },
    },
  });
};

import type { Node, NodeAPI } from "node-red";
import type { ProxyOptions, TlsOptions } from "../../lib/delivery/types";

/** The core `tls-config` node, as far as we use it. */
interface TlsConfigNode extends Node {
  addTLSOptions(options: TlsOptions): void;
}

/** The core `http proxy` node. */
interface HttpProxyNode extends Node {
  url: string;
  noproxy?: string[];
  credentials: { username?: string; password?: string };
}

/** TLS options of the picked core `tls-config` node; null when none is picked. */
export function tlsOptions(RED: NodeAPI, id: unknown): TlsOptions | null {
  const node = pickedNode(RED, id);
  if (!node || !isTlsConfig(node)) return null;
  const options: TlsOptions = {};
  node.addTLSOptions(options);
  return options;
}

/** The picked core `http proxy` node; null = the proxy variables of the environment. */
export function proxyOptions(RED: NodeAPI, id: unknown): ProxyOptions | null {
  const node = pickedNode(RED, id);
  if (!node || !isHttpProxy(node)) return null;
  const { username, password } = node.credentials ?? {};
  return {
    url: node.url,
    noproxy: node.noproxy ?? [],
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  };
}

/** The node with this id; null when none is picked or it is gone (the runtime then gives null, whatever its type says). */
export function pickedNode(RED: NodeAPI, id: unknown): Node | null {
  return typeof id === "string" && id !== "" ? (RED.nodes.getNode(id) ?? null) : null;
}

function isTlsConfig(node: Node): node is TlsConfigNode {
  return "addTLSOptions" in node && typeof node.addTLSOptions === "function";
}

function isHttpProxy(node: Node): node is HttpProxyNode {
  return node.type === "http proxy" && "url" in node && typeof node.url === "string";
}

import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createHttpClient } from "../../../lib/delivery/http";
import type { HttpClient, HttpOptions } from "../../../lib/delivery/types";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Self-signed for `localhost`, made for these tests and used nowhere else. */
export const CERTIFICATE = `
-----BEGIN CERTIFICATE-----
MIIBYDCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGZEEkI/hv+vG6XX
54kW1JjzP5/RmO7bBz8CM2S6oLajQGBWxv1aYuClTDile+B0KAS5cRlZ8neCV5qY
13OPMfKjSDBGMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBRqffwhNQ2/sTtRvvKYc7MF1V1w+zAKBggqhkjOPQQDAgNHADBE
AiBT4rvPcwVaPfh/5MuOaRiy++4G4zkAGUdZ5eK574yHRAIgYjCG7eoWW8fY7kcG
JJtexdKhsOrNX3MQw8Z0VhKGiew=
-----END CERTIFICATE-----
`;

const CERTIFICATE_KEY = `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbQ9r9dFDp3GwXDGr
TADGgM5qL4/8XH/K6sE9xILXRFKhRANCAARmRBJCP4b/rxul1+eJFtSY8z+f0Zju
2wc/AjNkuqC2o0BgVsb9WmLgpUw4pXvgdCgEuXEZWfJ3gleamNdzjzHy
-----END PRIVATE KEY-----
`;

/** Servers and clients of one test, all on free ports of this machine, ended together. */
export class Bench {
  private readonly endings: (() => void)[] = [];

  async http(handler: Handler): Promise<RunningServer> {
    return this.run(http.createServer(handler));
  }

  async https(handler: Handler): Promise<RunningServer> {
    return this.run(https.createServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, handler));
  }

  async run(server: http.Server): Promise<RunningServer> {
    const running: RunningServer = { server, port: 0, connections: 0 };
    server.on("connection", () => {
      running.connections += 1;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    running.port = portOf(server);
    this.endings.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return running;
  }

  client(options: Partial<HttpOptions> = {}): HttpClient {
    const client = createHttpClient({
      timeoutMs: 5000,
      maxConcurrent: 8,
      requestsPerSecond: 0,
      tls: null,
      proxy: null,
      ...options,
    });
    this.endings.push(() => client.close());
    return client;
  }

  atEnd(ending: () => void): void {
    this.endings.push(ending);
  }

  end(): void {
    for (const ending of this.endings.splice(0).reverse()) ending();
  }
}

export interface RunningServer {
  server: http.Server;
  port: number;
  /** Connections accepted so far. */
  connections: number;
}

export interface RunningProxy extends RunningServer {
  /** What was asked of the proxy: `CONNECT host:port`, or method and absolute URL. */
  asked: string[];
  credentials: (string | undefined)[];
}

/** A forward proxy: tunnels by CONNECT to this machine whatever the name, and passes plain http on. */
export async function startProxy(bench: Bench, refuseWith?: number): Promise<RunningProxy> {
  const tunnels = new Set<Socket>();
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const note = (request: http.IncomingMessage) => {
    asked.push(`${request.method} ${request.url}`);
    credentials.push(request.headers["proxy-authorization"]);
  };
  const server = http.createServer((request, response) => {
    note(request);
    const { port, pathname } = new URL(request.url ?? "");
    http.get({ port, path: pathname, host: "127.0.0.1" }, (answer) => answer.pipe(response));
  });
  server.on("connect", (request, socket) => {
    note(request);
    if (refuseWith) {
      socket.end(`HTTP/1.1 ${refuseWith} No\r\n\r\n`);
      return;
    }
    const tunnel = connect(Number(request.url?.split(":").pop()), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnels.add(tunnel);
    tunnel.on("error", () => socket.destroy());
    socket.on("error", () => tunnel.destroy());
  });
  bench.atEnd(() => {
    for (const tunnel of tunnels) tunnel.destroy();
  });
  return Object.assign(await bench.run(server), { asked, credentials });
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

function portOf(server: http.Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

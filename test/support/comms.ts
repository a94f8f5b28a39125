import { isJsonObject } from "./answers";
import { waitFor } from "./wait-for";

export interface NodeStatus {
  fill: string;
  shape: string;
  text: string;
}

/** Listens to what Node-RED tells its editors: the statuses of nodes and the debug sidebar. */
export class Comms {
  readonly #socket: WebSocket;
  readonly #statuses = new Map<string, NodeStatus>();
  readonly #debug: string[] = [];
  readonly #heard: string[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#take(event.data));
  }

  static async connect(nodeRedUrl: string): Promise<Comms> {
    const socket = new WebSocket(`${nodeRedUrl.replace("http", "ws")}/comms`);
    const comms = new Comms(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error(`No editor connection to ${nodeRedUrl}`)));
    });
    for (const topic of ["status/#", "debug"]) socket.send(JSON.stringify({ subscribe: topic }));
    return comms;
  }

  statusOf(nodeId: string): NodeStatus | undefined {
    return this.#statuses.get(nodeId);
  }

  /** Everything the debug sidebar would show, as JSON texts. */
  get debug(): readonly string[] {
    return this.#debug;
  }

  /** Everything an editor was ever told, as it came: not shortened by `forget`. */
  get heard(): readonly string[] {
    return this.#heard;
  }

  /** Waits until a node shows a status that fits. */
  async waitForStatus(nodeId: string, fits: (status: NodeStatus) => boolean, what: string): Promise<NodeStatus> {
    const fitting = () => {
      const status = this.statusOf(nodeId);
      return status !== undefined && fits(status) ? status : null;
    };
    return waitFor(fitting, { timeoutMs: 15_000, what, seen: () => this.statusOf(nodeId) ?? "no status" });
  }

  /** Forgets what was heard so far, as before a deploy that begins anew. */
  forget(): void {
    this.#statuses.clear();
    this.#debug.length = 0;
  }

  close(): void {
    this.#socket.close();
  }

  #take(data: unknown): void {
    if (typeof data !== "string") return;
    this.#heard.push(data);
    const packets: unknown = JSON.parse(data);
    for (const packet of Array.isArray(packets) ? packets : [packets]) {
      if (!isJsonObject(packet) || typeof packet.topic !== "string") continue;
      const status = isJsonObject(packet.data) ? packet.data : {};
      if (packet.topic === "debug") this.#debug.push(JSON.stringify(packet.data));
      else if (packet.topic.startsWith("status/")) {
        const { fill = "", shape = "", text = "" } = status;
        this.#statuses.set(packet.topic.slice("status/".length), {
          fill: String(fill),
          shape: String(shape),
          text: String(text),
        });
      }
    }
  }
}

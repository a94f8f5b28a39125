import type { Node, NodeAPI, NodeStatus } from "node-red";

/** Where the texts of all nodes' status lie. */
const TEXTS = "@identity-sync/node-red-cidaas/user-sync:user-sync.status.";

/** Twice a second at the most: users automate on the Status node, and an editor shows no more. */
const INTERVAL_MS = 500;

const LOOKS = {
  grey: { fill: "grey", shape: "ring" },
  busy: { fill: "blue", shape: "dot" },
  good: { fill: "green", shape: "dot" },
  waiting: { fill: "yellow", shape: "ring" },
  bad: { fill: "red", shape: "ring" },
} as const;

export type StatusLook = keyof typeof LOOKS;

/** The status of one node: set only when it changes, and never faster than an editor can show. */
export class StatusLine {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  #shown = "";
  #next: NodeStatus | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  /** Shows a text of the locales, with its numbers filled in. */
  show(look: StatusLook, text: string, numbers: Record<string, number | string> = {}): void {
    this.#set({ ...LOOKS[look], text: this.#RED._(TEXTS + text, numbers) });
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#node.status({});
  }

  #set(status: NodeStatus): void {
    this.#next = status;
    if (this.#timer) return;
    this.#flush();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#next) this.#set(this.#next);
    }, INTERVAL_MS);
  }

  #flush(): void {
    const status = this.#next;
    this.#next = null;
    const key = JSON.stringify(status);
    if (!status || key === this.#shown) return;
    this.#shown = key;
    this.#node.status(status);
  }
}

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
  /** What the node shows of itself, and what goes before it as long as there is any. */
  #own: NodeStatus | null = null;
  #trouble: NodeStatus | null = null;
  #next: NodeStatus | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  /** Shows a text of the locales, with its numbers filled in. */
  show(look: StatusLook, text: string, numbers: Record<string, number | string> = {}): void {
    this.#own = this.#statusOf(look, text, numbers);
    this.#refresh();
  }

  /** Shows a text before anything that the node shows of itself, until it is null. */
  showTrouble(text: string | null): void {
    this.#trouble = text === null ? null : this.#statusOf("bad", text, {});
    this.#refresh();
  }

  /** Shows nothing from now on: the node of the same id that comes after has the word. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#node.status({});
  }

  #statusOf(look: StatusLook, text: string, numbers: Record<string, number | string>): NodeStatus {
    return { ...LOOKS[look], text: this.#RED._(TEXTS + text, numbers) };
  }

  #refresh(): void {
    const status = this.#trouble ?? this.#own;
    if (status && !this.#closed) this.#set(status);
  }

  #set(status: NodeStatus): void {
    this.#next = status;
    if (this.#timer || !this.#flush()) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#next) this.#set(this.#next);
    }, INTERVAL_MS);
  }

  /** Returns whether there was anything new to show. */
  #flush(): boolean {
    const status = this.#next;
    this.#next = null;
    const key = JSON.stringify(status);
    if (!status || key === this.#shown) return false;
    this.#shown = key;
    this.#node.status(status);
    return true;
  }
}

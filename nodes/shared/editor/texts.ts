const MODULE = "@identity-sync/node-red-cidaas";

/** Texts that all dialogs share; they lie in the locale of `user-sync`, which every team needs. */
export function sharedText(key: string, parameters?: Record<string, unknown>): string {
  return RED._(`${MODULE}/user-sync:user-sync.${key}`, parameters);
}

/** The labels of a node's fields, for messages about them. */
export function fieldLabels(type: string): (property: string) => string {
  return (property) => RED._(`${MODULE}/${type}:${type}.label.${property}`);
}

/** The label of a node on the canvas, and the style that shows that it was named by a person. */
export function nodeLabel(this: EditorNode): string {
  return this.name || this._(`${this.type}.palette`);
}

export function nodeLabelStyle(this: EditorNode): string {
  return this.name ? "node_label_italic" : "";
}

export function nodePorts(direction: "in" | "out"): (this: EditorNode, index: number) => string {
  return function (index) {
    return this._(`${this.type}.port.${direction}${index + 1}`);
  };
}

/** Host of a base URL, to name a config node by; empty when it has none. */
export function hostOf(baseUrl: unknown): string {
  return typeof baseUrl === "string" && URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
}

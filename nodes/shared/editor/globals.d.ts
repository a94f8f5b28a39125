/** The part of the Node-RED editor's globals that the dialogs of this package use. */

type Validator = (this: EditorNode, value: unknown, options: { label?: string }) => true | string;

interface NodeProperty {
  value: unknown;
  /** Makes the property a reference to a config node of this type. */
  type?: string;
  /** Names the field in messages, also in those of the editor itself. */
  label?: string;
  required?: boolean;
  validate?: Validator;
}

interface NodeCredential {
  type: "text" | "password";
  label?: string;
  required?: boolean;
  validate?: Validator;
}

/** A node as the dialogs see it: its properties, and the texts of its own locale. */
interface EditorNode {
  id: string;
  type: string;
  name?: string;
  _(key: string, parameters?: Record<string, unknown>): string;
  [property: string]: unknown;
}

interface NodeDefinition {
  category: string;
  defaults: Record<string, NodeProperty>;
  credentials?: Record<string, NodeCredential>;
  color?: string;
  icon?: string;
  align?: "left" | "right";
  inputs?: 0 | 1;
  outputs?: number;
  inputLabels?: (this: EditorNode, index: number) => string;
  outputLabels?: (this: EditorNode, index: number) => string;
  paletteLabel?: string | ((this: { _(key: string): string }) => string);
  label: (this: EditorNode) => string;
  labelStyle?: (this: EditorNode) => string;
  oneditprepare?: (this: EditorNode) => void;
  oneditsave?: (this: EditorNode) => void;
  oneditcancel?: (this: EditorNode) => void;
  oneditresize?: (this: EditorNode) => void;
}

interface EditableListOptions<Item> {
  addItem(container: ArrayLike<HTMLElement>, index: number, item: Item): void;
  /** After the row is gone. */
  removeItem?(item: Item): void;
  /** After rows were dragged. */
  sortItems?(): void;
  sortable?: boolean;
  removable?: boolean;
  height?: "auto" | number;
  addButton?: string;
  ariaLabel?: string;
}

interface EditableList {
  editableList<Item>(options: EditableListOptions<Item>): void;
  editableList<Item>(method: "addItem", item: Item): void;
  editableList(method: "empty"): void;
}

interface AjaxRequest {
  url: string;
  type: "GET" | "POST";
  contentType?: string;
  data?: string;
  dataType: "json";
  success(answer: unknown): void;
  error(call: { status: number; responseJSON?: unknown }): void;
}

/** The parts of the editor's jQuery that have no counterpart in the browser. */
interface EditorQuery {
  (element: Element): EditableList & { on(event: string, handler: () => void): void };
  /** Sends the editor's own login along. */
  ajax(request: AjaxRequest): { abort(): void };
}

interface EditorTabs {
  addTab(tab: { id: string; label: string }): void;
  activateTab(id: string): void;
}

interface Editor {
  /** Text of a key, with the name space of another node set in front where one is given. */
  _(key: string, parameters?: Record<string, unknown>): string;
  nodes: {
    registerType(type: string, definition: NodeDefinition): void;
    node(id: string): EditorNode | null | undefined;
  };
  editor: { editConfig(property: string, type: string, id: string, prefix: string, node: EditorNode): void };
  tabs: { create(options: { id: string; onchange(tab: { id: string }): void }): EditorTabs };
}

declare const RED: Editor;
declare const $: EditorQuery;

/** A list of rows the user can add, remove and drag; each row knows how to read its value. */
export interface RowList<Item> {
  add(item: Item): void;
  /** The rows' values, top to bottom. */
  read(): Item[];
  /** The contents of the rows, top to bottom. */
  elements(): Element[];
  clear(): void;
}

interface RowListOptions<Item> {
  id: string;
  addLabel: string;
  /** Accessible name of the list. */
  label: string;
  /** Item of the "add" button. */
  blank: Item;
  /** Fills the row and returns the function that reads it. */
  fill(row: HTMLElement, item: Item): () => Item;
  /** Rows were removed or moved; what happens inside a row is for `fill` to notice. */
  changed?(): void;
}

export function createRowList<Item extends object>(options: RowListOptions<Item>): RowList<Item> {
  const list = document.getElementById(options.id);
  if (!list) throw new Error(`There is no element ${options.id}`);
  const readers = new WeakMap<Element, () => Item>();
  $(list).editableList<Partial<Item>>({
    addItem(container, _index, item) {
      const row = container[0];
      if (row) readers.set(row, options.fill(row, { ...options.blank, ...item }));
    },
    sortable: true,
    removable: true,
    removeItem: () => options.changed?.(),
    sortItems: () => options.changed?.(),
    height: "auto",
    addButton: options.addLabel,
    ariaLabel: options.label,
  });
  const elements = () => [...list.querySelectorAll(".red-ui-editableList-item-content")];
  return {
    add: (item) => $(list).editableList("addItem", item),
    read: () =>
      elements().flatMap((row) => {
        const reader = readers.get(row);
        return reader ? [reader()] : [];
      }),
    elements,
    clear: () => $(list).editableList("empty"),
  };
}

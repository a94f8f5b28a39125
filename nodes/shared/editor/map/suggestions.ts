/** Suggestions below a text field, chosen by pointer or keyboard; the list is in the page only while it is open. */
import { create } from "../form";
import { matching, replaceLastPart, type Suggestion } from "./suggest";

let lists = 0;

/** Makes the field a combo box. Several paths stand with commas between them; the last one is completed. */
export function suggestFor(input: HTMLInputElement, suggestions: () => readonly Suggestion[]): void {
  let list: HTMLElement | null = null;
  let active = -1;
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", autocomplete: "off" };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);

  const close = () => {
    list?.remove();
    window.removeEventListener("scroll", closeOnScroll, true);
    list = null;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  // The list stands still while the page below it moves.
  const closeOnScroll = ({ target }: Event) => {
    if (target !== list) close();
  };
  const choose = (value: string) => {
    input.value = replaceLastPart(input.value, value);
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const open = () => {
    const found = matching(suggestions(), input.value);
    close();
    if (found.length === 0) return;
    list = createList(found, choose);
    document.body.append(list);
    place(list, input);
    window.addEventListener("scroll", closeOnScroll, true);
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "true");
  };
  const move = (by: number) => {
    if (list === null) open();
    const options = [...(list?.children ?? [])];
    if (options.length === 0) return;
    active = (active + by + options.length) % options.length;
    for (const [position, option] of options.entries())
      option.setAttribute("aria-selected", String(position === active));
    options[active]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active]?.id ?? "");
  };
  input.addEventListener("input", () => {
    if (document.activeElement === input) open();
  });
  input.addEventListener("click", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.altKey) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (list !== null && event.key === "Escape") close();
    else if (list !== null && event.key === "Enter" && active >= 0) choose(chosen(list, active));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Takes an open list out of the page, where its field goes without losing the focus first. */
export function closeSuggestions(): void {
  for (const list of document.querySelectorAll(".user-sync-suggestions")) list.remove();
}

function createList(found: readonly Suggestion[], choose: (value: string) => void): HTMLElement {
  lists += 1;
  const id = `user-sync-suggestions-${lists}`;
  const options = found.map(({ value, text }, position) => {
    const option = create(
      "li",
      { role: "option", id: `${id}-${position}`, "data-value": value, "aria-selected": "false" },
      [
        create("span", { class: "user-sync-suggestion-value" }, [value]),
        create("span", { class: "user-sync-suggestion-text" }, [text]),
      ],
    );
    // Before the field loses the focus.
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(value);
    });
    return option;
  });
  return create("ul", { id, role: "listbox", class: "user-sync-suggestions" }, options);
}

function place(list: HTMLElement, input: HTMLElement): void {
  const box = input.getBoundingClientRect();
  const below = window.innerHeight - box.bottom;
  list.style.left = `${box.left}px`;
  list.style.minWidth = `${box.width}px`;
  list.style.maxHeight = `${Math.min(280, Math.max(below, box.top) - 12)}px`;
  if (below >= Math.min(200, box.top)) list.style.top = `${box.bottom + 2}px`;
  else list.style.bottom = `${window.innerHeight - box.top + 2}px`;
}

function chosen(list: HTMLElement, position: number): string {
  const option = list.children[position];
  return option instanceof HTMLElement ? (option.dataset.value ?? "") : "";
}

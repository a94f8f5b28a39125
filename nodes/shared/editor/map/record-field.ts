/** The sample record to try the map on, of either side. */
import type { Side } from "../../../../lib/sync/types";
import { create } from "../form";
import type { JsonRecord } from "../json";
import { createButton } from "./controls";
import { openFile } from "./files";
import { readRecord, writeRecord } from "./record";
import type { Translate } from "./translate";

export interface RecordField {
  elements: HTMLElement[];
  side(): Side;
  /** The record of the chosen side, or of that one; null when there is none, or none that can be read. */
  record(side?: Side): JsonRecord | null;
  setRecord(side: Side, record: JsonRecord): void;
  /** True when there is a text that is no record. */
  isUnreadable(): boolean;
}

const SIDES: readonly Side[] = ["cidaas", "legacy"];

interface Memory {
  side: Side;
  texts: Record<Side, string>;
}

/** The records last pasted, per `user-sync`, for as long as the page is open. They are stored nowhere. */
const remembered = new Map<string, Memory>();

export function createRecordField(nodeId: string, translate: Translate, changed: () => void): RecordField {
  const memory: Memory = remembered.get(nodeId) ?? { side: "legacy", texts: { cidaas: "", legacy: "" } };
  remembered.set(nodeId, memory);
  const text = create("textarea", { class: "user-sync-record", rows: "9", spellcheck: "false" });
  text.setAttribute("aria-label", translate("map.record"));
  const show = () => {
    text.value = memory.texts[memory.side];
    text.placeholder = translate(`map.recordHint.${memory.side}`);
    sides.choose(memory.side);
  };
  const put = (side: Side, content: string) => {
    memory.side = side;
    memory.texts[side] = content;
    show();
    changed();
  };
  const sides = createSides(translate, (side) => put(side, memory.texts[side]));
  text.addEventListener("input", () => {
    memory.texts[memory.side] = text.value;
    changed();
  });
  const load = createButton({
    icon: "fa fa-folder-open-o",
    title: translate("map.loadRecord"),
    click: () => openFile(".json,.ndjson,.jsonl", (content) => put(memory.side, firstRecord(content))),
  });
  show();
  return {
    elements: [create("div", { class: "user-sync-preview-head" }, [sides.element, load]), text],
    side: () => memory.side,
    record: (side = memory.side) => readRecord(memory.texts[side]),
    setRecord: (side, record) => put(side, writeRecord(record)),
    isUnreadable: () => memory.texts[memory.side].trim() !== "" && readRecord(memory.texts[memory.side]) === null,
  };
}

/** A file may hold millions of records; the field needs one. What holds none is shown as it begins. */
function firstRecord(content: string): string {
  const record = readRecord(content);
  return record ? writeRecord(record) : content.slice(0, 1000);
}

let groups = 0;

/** The choice of the side that the record is of. */
function createSides(translate: Translate, chosen: (side: Side) => void) {
  groups += 1;
  const inputs = SIDES.map((side) => {
    const input = create("input", { type: "radio", name: `user-sync-side-${groups}`, value: side });
    input.addEventListener("change", () => chosen(side));
    return input;
  });
  const label = translate("map.recordOf");
  const choices = inputs.map((input) =>
    create("label", {}, [input, create("span", {}, [translate(`map.side.${input.value}`)])]),
  );
  const attributes = { class: "user-sync-sides", role: "radiogroup", "aria-label": label };
  return {
    element: create("div", attributes, [create("span", {}, [label]), ...choices]),
    choose(side: Side) {
      for (const input of inputs) input.checked = input.value === side;
    },
  };
}

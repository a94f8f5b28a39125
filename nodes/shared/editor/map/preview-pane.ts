/** The live preview: a sample record of one side, and what the map makes of it. */
import { create } from "../form";
import type { JsonRecord } from "../json";
import { otherSide, SIDES, type Side } from "./answers";
import { createButton } from "./controls";
import { openFile } from "./files";
import { drawErrors, drawRecord, drawRoundTrip, drawUnmapped } from "./preview-result";
import type { AskedRule, PreviewView } from "./preview-view";
import { readRecord, writeRecord } from "./record";
import type { Translate } from "./translate";

export interface PreviewPane {
  side(): Side;
  /** The record of the chosen side; null when there is none, or none that can be read. */
  record(): JsonRecord | null;
  recordOf(side: Side): JsonRecord | null;
  setRecord(side: Side, record: JsonRecord): void;
  show(view: PreviewView, mapped: JsonRecord | null, asked: readonly AskedRule[]): void;
  /** Says why there is nothing to show. */
  explain(text: string, level: "remark" | "error"): void;
  busy(isBusy: boolean): void;
}

interface PaneActions {
  translate: Translate;
  /** Another record, or another side. */
  changed(): void;
  addRule(side: Side, path: string): void;
  keepSample(side: Side, record: JsonRecord, expected: JsonRecord): void;
}

interface Memory {
  side: Side;
  texts: Record<Side, string>;
}

/** The records last pasted, per `user-sync`, for as long as the page is open. They are stored nowhere. */
const remembered = new Map<string, Memory>();

export function createPreviewPane(root: HTMLElement, nodeId: string, actions: PaneActions): PreviewPane {
  const { translate, changed } = actions;
  const memory: Memory = remembered.get(nodeId) ?? { side: "legacy", texts: { cidaas: "", legacy: "" } };
  remembered.set(nodeId, memory);
  const text = create("textarea", {
    class: "user-sync-record",
    rows: "9",
    spellcheck: "false",
    "aria-label": translate("map.record"),
  });
  const sides = createSides(translate, (side) => {
    memory.side = side;
    showText();
    changed();
  });
  const result = create("div", { class: "user-sync-result", "aria-live": "polite" });
  const showText = () => {
    text.value = memory.texts[memory.side];
    text.placeholder = translate(`map.recordHint.${memory.side}`);
    sides.choose(memory.side);
  };
  const setRecord = (side: Side, record: JsonRecord) => {
    memory.side = side;
    memory.texts[side] = writeRecord(record);
    showText();
    changed();
  };
  text.addEventListener("input", () => {
    memory.texts[memory.side] = text.value;
    changed();
  });
  const load = createButton({
    icon: "fa fa-folder-open-o",
    title: translate("map.loadRecord"),
    click: () =>
      openFile(".json,.ndjson,.jsonl,application/json", (content) => {
        const record = readRecord(content);
        if (record) setRecord(memory.side, record);
        else explain(translate("map.noRecord"), "error");
      }),
  });
  const explain = (words: string, level: "remark" | "error") =>
    result.replaceChildren(create("p", { class: `user-sync-${level}` }, [words]));

  root.append(create("div", { class: "user-sync-preview-head" }, [sides.element, load]), text, result);
  showText();
  return {
    side: () => memory.side,
    record: () => readRecord(memory.texts[memory.side]),
    recordOf: (side) => readRecord(memory.texts[side]),
    setRecord,
    explain,
    busy: (isBusy) => result.classList.toggle("user-sync-busy", isBusy),
    show(view, mapped, asked) {
      const { side } = memory;
      const record = readRecord(memory.texts[side]);
      if (mapped === null || record === null) {
        result.replaceChildren(...drawErrors(view));
        return;
      }
      const turn = createButton({
        icon: "fa fa-exchange",
        title: translate("map.turn"),
        click: () => setRecord(otherSide(side), mapped),
      });
      const keep = createButton({
        icon: "fa fa-bookmark-o",
        text: translate("map.keepSample"),
        title: translate("map.keepSampleHint"),
        click: () => actions.keepSample(side, record, mapped),
      });
      result.replaceChildren(
        create("div", { class: "user-sync-result-head" }, [
          create("h5", {}, [translate(`map.mapped.${otherSide(side)}`)]),
          turn,
          keep,
        ]),
        drawRecord(view.lines, asked),
        ...drawRoundTrip(view, translate),
        ...drawUnmapped(view, { translate, addRule: (path) => actions.addRule(side, path) }),
      );
    },
  };
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
  const labels = inputs.map((input) =>
    create("label", {}, [input, create("span", {}, [translate(`map.side.${input.value}`)])]),
  );
  const element = create(
    "div",
    { class: "user-sync-sides", role: "radiogroup", "aria-label": translate("map.recordOf") },
    [create("span", {}, [translate("map.recordOf")]), ...labels],
  );
  return {
    element,
    choose(side: Side) {
      for (const input of inputs) input.checked = input.value === side;
    },
  };
}

/** The live preview: a sample record of one side, and what the map makes of it. */
import { otherSide, type Side } from "../../../../lib/sync/types";
import { create } from "../form";
import type { JsonRecord } from "../json";
import { createButton } from "./controls";
import { drawErrors, drawRecord, drawRoundTrip, drawUnmapped } from "./preview-result";
import type { AskedRule, PreviewView } from "./preview-view";
import { createRecordField, type RecordField } from "./record-field";
import type { Translate } from "./translate";

export interface PreviewPane extends Pick<RecordField, "side" | "record" | "setRecord" | "isUnreadable"> {
  show(view: PreviewView, mapped: JsonRecord | null, asked: readonly AskedRule[]): void;
  /** Says why there is nothing to show. */
  explain(text: string, level: "remark" | "error"): void;
  /** An answer is on its way; what is shown is of before. */
  busy(): void;
}

interface PaneActions {
  translate: Translate;
  /** Another record, or another side. */
  changed(): void;
  addRule(side: Side, path: string): void;
  keepSample(side: Side, record: JsonRecord, expected: JsonRecord): void;
}

export function createPreviewPane(root: HTMLElement, nodeId: string, actions: PaneActions): PreviewPane {
  const { translate, addRule } = actions;
  const field = createRecordField(nodeId, translate, actions.changed);
  const result = create("div", { class: "user-sync-result" });
  const draw = (...content: HTMLElement[]) => {
    result.classList.remove("user-sync-busy");
    result.replaceChildren(...content);
  };
  root.append(...field.elements, result);
  return {
    ...field,
    explain: (words, level) => draw(create("p", { class: `user-sync-${level}`, role: "status" }, [words])),
    busy: () => result.classList.add("user-sync-busy"),
    show(view, mapped, asked) {
      const side = field.side();
      const record = field.record();
      if (record === null || mapped === null)
        draw(...drawErrors(view), ...(view.lines.length > 1 ? [drawRecord(view.lines, asked)] : []));
      else
        draw(
          createHead({ side, record, mapped }, field, actions),
          drawRecord(view.lines, asked),
          ...drawRoundTrip(view, translate),
          ...drawUnmapped(view, { translate, addRule: (path) => addRule(side, path) }),
        );
    },
  };
}

function createHead(
  { side, record, mapped }: { side: Side; record: JsonRecord; mapped: JsonRecord },
  field: RecordField,
  { translate, keepSample }: PaneActions,
): HTMLElement {
  const turn = createButton({
    icon: "fa fa-exchange",
    title: translate("map.turn"),
    click: () => field.setRecord(otherSide(side), mapped),
  });
  const keep = createButton({
    icon: "fa fa-bookmark-o",
    text: translate("map.keepSample"),
    title: translate("map.keepSampleHint"),
    click: () => keepSample(side, record, mapped),
  });
  const title = create("h5", {}, [translate(`map.mapped.${otherSide(side)}`)]);
  return create("div", { class: "user-sync-result-head" }, [title, turn, keep]);
}

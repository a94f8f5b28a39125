/** The "Field map" tab of `user-sync`: rules on the left, what they do on the right. */
import { otherSide } from "../../../../lib/sync/types";
import { create } from "../form";
import type { RuleSource } from "../rule";
import { createDrawer } from "./drawer";
import { guessRule } from "./guess";
import { watchLinks } from "./links";
import { type MapFile, type MapSettings, type Sample, writeMapFile } from "./map-file";
import { createMapQuestions, type MapQuestions } from "./map-questions";
import { createNotes } from "./notes";
import { createPreviewPane, type PreviewPane } from "./preview-pane";
import { pathsOf } from "./record-paths";
import { createRuleTable, createTableHead, type RuleTable } from "./rule-table";
import { createSampleList, type SampleList } from "./sample-list";
import { withoutSecrets } from "./secrets";
import { closeSuggestions } from "./suggestions";
import type { Translate } from "./translate";

export interface MapEditor {
  rules(): RuleSource[];
  samples(): Sample[];
  close(): void;
}

interface MapEditorOptions {
  nodeId: string;
  listId: string;
  rules: readonly RuleSource[];
  samples: readonly Sample[];
  translate: Translate;
  fileName(): string;
  /** Settings of the dialog, as they stand in its fields. */
  settings(): MapSettings;
  /** More of them that the runtime checks a record by. */
  checks(): { legacySchema: string; legacyKeyInCidaas: string };
  applySettings(settings: MapSettings): void;
}

/** Builds the tab into its elements, which the template has empty. */
export function createMapEditor(options: MapEditorOptions): MapEditor {
  const { translate, settings, checks } = options;
  const pane: PreviewPane = createPreviewPane(part("user-sync-map-preview"), options.nodeId, {
    translate,
    changed: () => questions.preview(),
    addRule: (side, path) => table.add(guessRule(side, path, table.taken("cidaas"))),
    keepSample(side, record, expected) {
      const rules = table.read();
      samples.keep({
        side,
        record: withoutSecrets(record, rules, side),
        expected: withoutSecrets(expected, rules, otherSide(side)),
      });
    },
  });
  const samples: SampleList = createSampleList(part("node-config-input-samples-list"), {
    translate,
    changed: () => questions.samples(),
    open: ({ side, record }) => pane.setRecord(side, record),
  });
  const table: RuleTable = createRuleTable({
    listId: options.listId,
    translate,
    legacyPaths: () => pathsOf(pane.record("legacy")),
    changed() {
      notes.show(table.read());
      questions.preview();
      questions.samples();
    },
  });
  const notes = createNotes(part("user-sync-map-notes"), translate, (rule) => table.add(rule));
  const questions: MapQuestions = createMapQuestions({
    table,
    pane,
    samples,
    translate,
    settings: () => ({ ...settings(), ...checks() }),
  });
  addDrawer(options, { table, samples, pane });
  document.getElementById(options.listId)?.before(createTableHead(translate));
  watchLinks(part("user-sync-tab-rules"), (link) => table.go(link));
  samples.set(options.samples);
  table.set(options.rules);
  return {
    rules: table.read,
    samples: samples.read,
    close() {
      questions.cancel();
      closeSuggestions();
    },
  };
}

/** Presets, import and export; an empty map begins with the presets. */
function addDrawer(
  { translate, fileName, settings, applySettings, rules }: MapEditorOptions,
  { table, samples, pane }: { table: RuleTable; samples: SampleList; pane: PreviewPane },
): void {
  const drawer = createDrawer(part("user-sync-map-drawer"), {
    translate,
    fileName,
    count: () => table.read().length,
    write: () => writeMapFile({ settings: settings(), rules: table.read(), samples: samples.read() }),
    replace(map: MapFile) {
      applySettings(map.settings);
      samples.set(map.samples);
      table.set(map.rules);
      const [first] = map.samples;
      if (first) pane.setRecord(first.side, first.record);
    },
  });
  part("user-sync-map-toolbar").append(...drawer.buttons);
  if (rules.length === 0) drawer.open("presets");
}

function part(id: string): HTMLElement {
  return document.getElementById(id) ?? create("div", {});
}

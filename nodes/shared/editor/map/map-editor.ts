/** The "Field map" tab of `user-sync`: rules on the left, what they do on the right. */
import { CallFailed, postJson } from "../call";
import { create } from "../form";
import type { RuleSource } from "../rule";
import { type Preview, toPreview, toSampleResults } from "./answers";
import { createDrawer } from "./drawer";
import { guessRule } from "./guess";
import { createLatest } from "./latest";
import { watchLinks } from "./links";
import { type MapFile, type MapSettings, type Sample, writeMapFile } from "./map-file";
import { createNotes } from "./notes";
import { createPreviewPane } from "./preview-pane";
import { type AskedRule, viewOf } from "./preview-view";
import { pathsOf } from "./record-paths";
import { createRuleTable, createTableHead } from "./rule-table";
import { createSampleList } from "./sample-list";
import type { Translate } from "./translate";

const DELAY_MS = 300;

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
  legacySchema(): string;
  applySettings(settings: MapSettings): void;
}

interface Answered {
  preview: Preview;
  asked: AskedRule[];
}

/** Builds the tab into its elements, which the template has empty. */
export function createMapEditor(options: MapEditorOptions): MapEditor {
  const { translate, settings, legacySchema } = options;
  const root = part("user-sync-tab-rules");
  const question = () => {
    const { rules, asked } = table.asked();
    return { asked, body: { ...settings(), legacySchema: legacySchema(), rules } };
  };
  const changed = () => {
    notes.show(table.read());
    askPreview();
    askSamples();
  };

  const preview = createLatest<Answered>({
    delayMs: DELAY_MS,
    async ask(signal) {
      pane.busy(true);
      const { asked, body } = question();
      // Without a record the answer still says what is wrong with the map.
      const sample = { side: pane.side(), record: pane.record() ?? {} };
      return { preview: toPreview(await postJson("user-sync/preview", { ...body, ...sample }, signal)), asked };
    },
    show({ preview: answer, asked }) {
      const view = viewOf(answer, asked);
      pane.busy(false);
      if (answer.problems.length === 0 && pane.record() === null) {
        pane.explain(translate("map.noRecord"), "remark");
        return;
      }
      pane.show(view, answer.mapped, asked);
      table.mark(view.marks);
    },
    fail(error) {
      pane.busy(false);
      table.mark(new Map());
      pane.explain(failureText(error, translate), "error");
    },
  });
  const sampleRuns = createLatest({
    delayMs: DELAY_MS,
    ask: async (signal) => {
      const { body } = question();
      return toSampleResults(await postJson("user-sync/samples", { ...body, samples: samples.read() }, signal));
    },
    show: (results) => samples.show(results),
    fail: () => samples.show([]),
  });

  const pane = createPreviewPane(part("user-sync-map-preview"), options.nodeId, {
    translate,
    changed: () => askPreview(),
    addRule: (side, path) => table.add(guessRule(side, path, table.taken("cidaas"))),
    keepSample: (side, record, expected) => samples.add({ side, record, expected }),
  });
  const samples = createSampleList(part("node-config-input-samples-list"), {
    translate,
    changed: () => askSamples(),
    open: ({ side, record }) => pane.setRecord(side, record),
  });
  const table = createRuleTable({
    listId: options.listId,
    translate,
    legacyPaths: () => pathsOf(pane.recordOf("legacy")),
    changed,
  });
  const notes = createNotes(part("user-sync-map-notes"), translate, (rule) => table.add(rule));
  const drawer = createDrawer(part("user-sync-map-drawer"), {
    translate,
    fileName: options.fileName,
    count: () => table.read().length,
    write: () => writeMapFile({ settings: settings(), rules: table.read(), samples: samples.read() }),
    replace,
  });

  function askPreview(): void {
    if (table.asked().rules.length > 0) {
      preview.request();
      return;
    }
    preview.cancel();
    pane.busy(false);
    pane.explain(translate("map.noRules"), "remark");
  }
  function askSamples(): void {
    if (samples.read().length > 0) sampleRuns.request();
  }
  function replace(map: MapFile): void {
    options.applySettings(map.settings);
    samples.set(map.samples);
    table.set(map.rules);
    const [first] = map.samples;
    if (first) pane.setRecord(first.side, first.record);
  }

  part("user-sync-map-toolbar").append(...drawer.buttons);
  document.getElementById(options.listId)?.before(createTableHead(translate));
  watchLinks(root, (link) => table.go(link));
  samples.set(options.samples);
  table.set(options.rules);
  if (options.rules.length === 0) drawer.open("presets");
  return {
    rules: () => table.read(),
    samples: () => samples.read(),
    close() {
      preview.cancel();
      sampleRuns.cancel();
    },
  };
}

function part(id: string): HTMLElement {
  return document.getElementById(id) ?? create("div", {});
}

const KNOWN_FAILURES = [0, 401, 403, 404, 413];

function failureText(error: unknown, translate: Translate): string {
  const { status, message } = error instanceof CallFailed ? error : { status: 0, message: "" };
  if (KNOWN_FAILURES.includes(status)) return translate(`map.problem.${status}`);
  return `${translate("map.problem.other")} ${message}`.trim();
}

/** Asks the runtime what the map does, as it stands in the dialog, and shows the answers. */
import { CallFailed, postJson } from "../call";
import { type Preview, toPreview, toSampleResults } from "./answers";
import { createLatest, type Latest } from "./latest";
import type { MapSettings } from "./map-file";
import type { PreviewPane } from "./preview-pane";
import { type AskedRule, viewOf } from "./preview-view";
import type { RuleTable } from "./rule-table";
import type { SampleList } from "./sample-list";
import type { Translate } from "./translate";

const DELAY_MS = 300;
const TOLD_FAILURES = [0, 401, 403, 404, 413];

interface Parts {
  table: RuleTable;
  pane: PreviewPane;
  samples: SampleList;
  translate: Translate;
  /** What the map is mapped by besides its rules. */
  settings(): MapSettings;
}

export interface MapQuestions {
  preview(): void;
  samples(): void;
  cancel(): void;
}

export function createMapQuestions(parts: Parts): MapQuestions {
  const { table, pane, samples, translate } = parts;
  const previews = createPreviews(parts);
  const sampleRuns = createSampleRuns(parts);
  return {
    preview() {
      if (table.asked().rules.length > 0) {
        previews.request();
        return;
      }
      previews.cancel();
      pane.explain(translate("map.noRules"), "remark");
    },
    samples() {
      if (samples.read().length > 0) sampleRuns.request();
      else sampleRuns.cancel();
    },
    cancel() {
      previews.cancel();
      sampleRuns.cancel();
    },
  };
}

function createPreviews({ table, pane, settings, translate }: Parts): Latest {
  return createLatest<{ answer: Preview; asked: AskedRule[] }>({
    delayMs: DELAY_MS,
    async ask(signal) {
      pane.busy();
      const { asked, rules } = table.asked();
      // Without a record the answer still says what is wrong with the map.
      const body = { ...settings(), rules, side: pane.side(), record: pane.record() ?? {} };
      return { answer: toPreview(await postJson("user-sync/preview", body, signal)), asked };
    },
    show({ answer, asked }) {
      const view = viewOf(answer, asked);
      const isTold = answer.problems.length > 0 || (pane.record() !== null && !answer.deleted);
      table.mark(isTold ? view.marks : new Map());
      if (isTold) pane.show(view, answer.mapped, asked);
      else if (pane.isUnreadable()) pane.explain(translate("map.badRecord"), "error");
      else pane.explain(translate(answer.deleted ? "map.deleted" : "map.noRecord"), "remark");
    },
    fail(error) {
      table.mark(new Map());
      pane.explain(failureText(error, translate), "error");
    },
  });
}

function createSampleRuns({ table, samples, settings }: Parts): Latest {
  return createLatest({
    delayMs: DELAY_MS,
    async ask(signal) {
      const body = { ...settings(), rules: table.asked().rules, samples: samples.read() };
      return toSampleResults(await postJson("user-sync/samples", body, signal));
    },
    show: (results) => samples.show(results),
    // The preview says why; the samples only stay unchecked.
    fail: () => samples.show([]),
  });
}

function failureText(error: unknown, translate: Translate): string {
  const { status, message } = error instanceof CallFailed ? error : { status: -1, message: "" };
  if (TOLD_FAILURES.includes(status)) return translate(`map.problem.${status}`);
  return `${translate("map.problem.other")} ${message}`.trim();
}

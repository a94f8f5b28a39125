import { randomUUID } from "node:crypto";
import { extname, isAbsolute, resolve } from "node:path";
import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";
import { Loading, type LoadingOptions, type LoadingState, type LoadingView } from "../../lib/backfill/loading";
import type { ReadingSettings } from "../../lib/backfill/reader";
import { ConfigReader } from "../../lib/config";
import { SyncError } from "../../lib/errors";
import { isRecord } from "../../lib/mapping/json";
import { toTime } from "../../lib/mapping/time";
import type { StatusLine } from "../shared/status";
import { SyncNode, type SyncNodeDef } from "../shared/sync-node";

/** An answer takes milliseconds; only a flow without a way back, or a store that takes nothing, needs so long. */
const PATIENCE_MS = 30_000;

const OPERATIONS: Record<string, (loading: Loading) => Promise<void>> = {
  start: (loading) => loading.start(),
  pause: (loading) => loading.pause(),
  resume: (loading) => loading.start(),
  restart: (loading) => loading.restart(),
  status: async () => {},
};

/** Loads a file of legacy users into the flow, batch by batch, each after the one before is safe. */
export = function register(RED: NodeAPI): void {
  function UserSyncBackfill(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const node: SyncNode<Loading> = new SyncNode(RED, this, def, ({ sync, onClose }) => {
      const config = parse(def, RED.settings.userDir ?? process.cwd());
      const loading = new Loading({
        ...config,
        ...outputs(node, this, config.exportedAt),
        store: sync.context.store,
        takesEvents: () => sync.context.hasTaker("to-legacy"),
        now: Date.now,
        run: randomUUID(),
        patienceMs: PATIENCE_MS,
      });
      onClose(() => loading.close());
      node.run(() => loading.continue());
      return loading;
    });
    node.onInput(async ({ config: loading }, msg, send) => {
      const id = answeredBatch(msg);
      if (id !== null) return loading.acknowledge(id);
      // A batcher that serves live changes too sends those back as well.
      if ("sync" in msg && isRecord(msg.sync)) return;
      const topic = String(msg.topic);
      const operation = Object.hasOwn(OPERATIONS, topic) ? OPERATIONS[topic] : undefined;
      if (!operation) {
        throw new SyncError("BACKFILL_TOPIC", `Set msg.topic to one of ${Object.keys(OPERATIONS).join(", ")}.`);
      }
      await operation(loading);
      msg.payload = loading.view;
      send([null, null, msg]);
    });
  }

  RED.nodes.registerType("user-sync-backfill", UserSyncBackfill);
};

/** What a loading tells the flow and the editor. */
function outputs(
  node: SyncNode<Loading>,
  red: Node,
  exportedAt: number | null,
): Pick<LoadingOptions, "send" | "refuse" | "report" | "changed"> {
  let before: LoadingState = "idle";
  return {
    send: (records, id, { modifiedAt }) => {
      const backfill = new Date(exportedAt ?? modifiedAt).toISOString();
      red.send([{ payload: records, sync: { backfill }, backfill: { id } }, null, null]);
    },
    refuse: (unusable) => {
      const messages = unusable.map(({ line, ...error }) => ({ payload: { line }, error }));
      red.send([null, messages, null]);
    },
    report: (error) => node.report(error),
    changed: (view) => {
      show(node.status, view);
      // Not each time that a deploy finds a file loaded long ago.
      const hasEnded = view.state === "finished" && before !== "idle" && before !== "finished";
      before = view.state;
      if (hasEnded) red.send([null, null, { topic: "finished", payload: view }]);
    },
  };
}

/** Id of the batch that comes back as accepted; null for any other message. What comes from a Catch node is no answer. */
function answeredBatch({
  backfill,
  error,
}: NodeMessageInFlow & { backfill?: unknown; error?: unknown }): string | null {
  if (!isRecord(backfill)) return null;
  return error === undefined && typeof backfill.id === "string" ? backfill.id : "";
}

function parse(
  def: SyncNodeDef,
  userDirectory: string,
): ReadingSettings & { path: string; count: number; exportedAt: number | null } {
  const reader = new ConfigReader(`user-sync-backfill ${def.name ?? ""}`.trim(), def);
  const file = reader.text("file");
  const format = reader.choice("format", ["auto", "csv", "ndjson"], "auto");
  const separator = reader.text("separator", ",") || ",";
  if (!isSeparator(separator))
    reader.problem("separator", 'must be one character that is no letter, digit or quote, or "tab"');
  const exportedAt = reader.text("exportedAt", "");
  const exportTime = toTime(exportedAt);
  if (exportedAt !== "" && exportTime === null)
    reader.problem("exportedAt", "must be a time such as 2030-01-31T18:00:00Z");
  const config = {
    path: isAbsolute(file) ? file : resolve(userDirectory, file),
    format: format === "auto" ? formatOf(file) : format,
    separator: separator === "tab" ? "\t" : separator,
    encoding: reader.choice("encoding", ["utf-8", "windows-1252"], "utf-8"),
    exportedAt: exportTime,
    count: reader.number("batch", { default: 500, min: 1, max: 5_000, whole: true }),
  };
  reader.check("BACKFILL_CONFIG");
  return config;
}

/** Bytes are compared with it, so it has to be one byte in every encoding. */
function isSeparator(text: string): boolean {
  return text === "tab" || /^[!#-/:-@[-`{-~]$/.test(text);
}

function formatOf(file: string): "csv" | "ndjson" {
  return [".ndjson", ".jsonl"].includes(extname(file).toLowerCase()) ? "ndjson" : "csv";
}

function show(status: StatusLine, view: LoadingView): void {
  const { state, offset, size, perSecond, remaining, problem, records } = view;
  if (state === "idle") status.show("good", "ready");
  else if (state === "paused") status.show("waiting", "paused");
  else if (state === "finished") status.show("good", "loaded", { records });
  else if (state === "nobodyAnswers") status.show("bad", "nobodyAnswers");
  else if (state === "failed") status.show("bad", textOfProblem(problem));
  else {
    const percent = size === 0 ? 0 : Math.floor((100 * offset) / size);
    if (perSecond === null || remaining === null) status.show("busy", "loadingBegun", { percent });
    else status.show("busy", "loading", { percent, rate: perSecond, remaining: clockTime(remaining) });
  }
}

function textOfProblem(code: string | null): string {
  if (code === "BACKFILL_FILE_CHANGED") return "fileChanged";
  return code?.startsWith("BACKFILL_") ? "fileFailed" : "storeFailed";
}

/** Seconds as hours, minutes and seconds, which reads the same in every language. */
function clockTime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

import type { Json } from "../../lib/sync/types";
import type { HistoryEntry } from "../kit/history";
import type { HistoryView } from "./view";

const SECRET = /password|hash|secret/i;
const MAX_VALUE = 80;
/** What is worth reading in the body of an event. */
const OF_EVENTS = ["eventtype", "event", "lost"];

/** An entry as the page shows it: values as short text, secret ones replaced. */
export function historyView(entry: HistoryEntry, person: string): HistoryView {
  const fields = Object.entries(entry.fields)
    .filter(([name]) => entry.kind !== "event" || OF_EVENTS.includes(name))
    .map(([name, value]): [string, string] => [name, shown(name, value)]);
  const { seq, at, system, id, kind, by } = entry;
  return { seq, at, system, id, person, kind, by, fields };
}

function shown(name: string, value: Json): string {
  if (SECRET.test(name)) return "changed";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

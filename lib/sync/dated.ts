import { writesOn } from "./conflict";
import type { DecideInput, News } from "./decision";
import { point } from "./times";
import type { RuleId } from "./types";
import { distance, flightOf } from "./writes";

/** News whose time a write of ours has blurred, with the time that can be told of them all the same. */
export function dated<Input extends DecideInput>(input: Input): Input {
  const news = Object.entries(input.news).map(([rule, own]) => [rule, asDated(input, rule, own)]);
  return { ...input, news: Object.fromEntries(news) };
}

/**
 * A record that a write of ours has made is of that time, and carries the other rules as they were by then: those were edited
 * at any time since the legacy system was last seen without them. A user of cidaas may have been edited last by an open write:
 * where a rule of it holds another value, a person was later.
 */
function asDated({ source, ledger, intent, clockTolerance }: DecideInput, rule: RuleId, own: News): News {
  const open = source === "cidaas" ? intent?.rules[rule] : undefined;
  const isEdited = open !== undefined && ![open.target, ledger[rule]?.cidaas.print].includes(own.source);
  if (own.span === null && own.latest !== undefined && isEdited) return { ...own, span: point(own.latest) };
  const entry = ledger[rule]?.legacy;
  if (source !== "legacy" || !own.span || !entry) return own;
  const { last } = own.span;
  if (!writesOn("legacy", ledger).some((write) => distance(write, last) <= clockTolerance)) return own;
  const seen = [entry.editAt, entry.seenAt, ...entry.writes.map((write) => flightOf(write).at)];
  return { ...own, span: { first: Math.min(last, Math.max(...seen.map((time) => time ?? 0))), last } };
}

/** JSON as lines of a page, so that each value can be tied to the rule that wrote it. Pure. */

export interface JsonLine {
  depth: number;
  /** `"name": ` where the value is a member of an object. */
  key: string;
  text: string;
  kind: "text" | "number" | "word" | "mark";
  /** What the value of this line was tied to; null where to nothing. */
  link: number | null;
}

/** What the value at these keys, and all inside it, is tied to. */
export type LinkOf = (keys: readonly string[]) => number | null;

interface Place {
  keys: readonly string[];
  key: string;
  link: number | null;
  comma: "," | "";
}

/** The value, pretty-printed. */
export function jsonLines(value: unknown, linkOf: LinkOf): JsonLine[] {
  return linesAt(value, { keys: [], key: "", link: null, comma: "" }, linkOf);
}

function linesAt(value: unknown, place: Place, linkOf: LinkOf): JsonLine[] {
  const { keys, key, comma } = place;
  const link = place.link ?? linkOf(keys);
  const line = (text: string, kind: JsonLine["kind"], shownKey = key): JsonLine => ({
    depth: keys.length,
    key: shownKey,
    text,
    kind,
    link,
  });
  if (typeof value !== "object" || value === null) return [line(JSON.stringify(value ?? null) + comma, kindOf(value))];
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const entries = Object.entries(value);
  if (entries.length === 0) return [line(open + close + comma, "mark")];
  const inner = entries.flatMap(([name, member], position) => {
    const isLast = position === entries.length - 1;
    const innerKey = isList ? "" : `${JSON.stringify(name)}: `;
    return linesAt(member, { keys: [...keys, name], key: innerKey, link, comma: isLast ? "" : "," }, linkOf);
  });
  return [line(open, "mark"), ...inner, line(close + comma, "mark", "")];
}

function kindOf(value: unknown): JsonLine["kind"] {
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : "word";
}

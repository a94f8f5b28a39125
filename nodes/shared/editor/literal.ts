/**
 * Values of any JSON type in a text field. A number, true, false, and JSON in braces, brackets or quotes stand for
 * themselves; all else is text, so that "007" keeps its zeros. Text that would be taken for one of them has quotes.
 */
export function showLiteral(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" && readLiteral(value) === value ? value : JSON.stringify(value);
}

export function readLiteral(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? text : value;
  } catch {
    return text;
  }
}

/** Pairs as lines "a = b": the cidaas value left, the legacy value right. */
export function showPairs(pairs: unknown): string {
  if (!Array.isArray(pairs)) return showLiteral(pairs);
  const lines = pairs.map((pair) => (Array.isArray(pair) ? pair.map(showLiteral).join(" = ") : showLiteral(pair)));
  return lines.join("\n");
}

export function readPairs(text: string): unknown[][] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [cidaas = "", ...legacy] = line.split("=");
    return [readLiteral(cidaas.trim()), readLiteral(legacy.join("=").trim())];
  });
}

/** Which suggestions fit what is typed. Pure. */

export interface Suggestion {
  value: string;
  text: string;
  /** Other names that it is found by, in lower case. */
  alsoCalled?: readonly string[];
}

const MOST = 60;

/** Those that hold what is typed after the last comma; first those that begin with it. All when it is one of them. */
export function matching(suggestions: readonly Suggestion[], typed: string): Suggestion[] {
  const part = lastPart(typed).toLowerCase();
  const isChosen = suggestions.some(({ value }) => value.toLowerCase() === part);
  if (part === "" || isChosen) return suggestions.slice(0, MOST);
  const rank = ({ value, text, alsoCalled = [] }: Suggestion) => {
    const place = value.toLowerCase().indexOf(part);
    if (place >= 0) return place === 0 ? 0 : 1;
    return [text.toLowerCase(), ...alsoCalled].some((words) => words.includes(part)) ? 2 : 3;
  };
  return suggestions
    .filter((suggestion) => rank(suggestion) < 3)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST);
}

/** What is typed, with its last path replaced. */
export function replaceLastPart(typed: string, value: string): string {
  const parts = typed
    .split(",")
    .slice(0, -1)
    .map((part) => part.trim());
  return [...parts, value].join(", ");
}

function lastPart(typed: string): string {
  return (typed.split(",").at(-1) ?? "").trim();
}

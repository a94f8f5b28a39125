/** Days between an ISO date and a format of digits and separators: what luxon does for any format, many times as fast. */
export interface DayFormat {
  /** The ISO date; null for what is no day in this format. */
  read(text: string): string | null;
  /** The text of an ISO date of ten characters. */
  write(iso: string): string;
}

type Part = "year" | "month" | "day";

const TOKENS: Readonly<Record<string, { part: Part; digits: string; isPadded: boolean }>> = {
  yyyy: { part: "year", digits: "(\\d{4})", isPadded: true },
  MM: { part: "month", digits: "(\\d{2})", isPadded: true },
  M: { part: "month", digits: "(\\d{1,2})", isPadded: false },
  dd: { part: "day", digits: "(\\d{2})", isPadded: true },
  d: { part: "day", digits: "(\\d{1,2})", isPadded: false },
};
/** Where each part stands in an ISO date. */
const PLACES: Readonly<Record<Part, [number, number]>> = { year: [0, 4], month: [5, 7], day: [8, 10] };
const PARTS = ["year", "month", "day"] as const;
const WIDTHS: Readonly<Record<Part, number>> = { year: 4, month: 2, day: 2 };
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const ISO_DAY = compileDigits("yyyy-MM-dd");

/** Null where the format has anything but year, month and day once each, in digits. */
export function compileDayFormat(format: string): DayFormat | null {
  const pieces = format.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? [];
  const letters = pieces.filter((piece) => /^[A-Za-z]/.test(piece));
  const parts = new Set(letters.map((piece) => TOKENS[piece]?.part));
  const isDigits = letters.length === 3 && parts.size === 3 && !parts.has(undefined) && !/['\\]/.test(format);
  return isDigits ? compileDigits(format) : null;
}

function compileDigits(format: string): DayFormat {
  const pieces = (format.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? []).map((piece) => TOKENS[piece] ?? piece);
  const pattern = pieces.map((piece) => (typeof piece === "string" ? escaped(piece) : piece.digits)).join("");
  const expression = new RegExp(`^${pattern}$`);
  return {
    read: isFixed(pieces) ? fixedReader(expression, pieces) : groupReader(expression, pieces),
    write(iso) {
      let text = "";
      for (const piece of pieces) text += typeof piece === "string" ? piece : digitsOf(iso, piece.part, piece.isPadded);
      return text;
    },
  };
}

type Piece = string | (typeof TOKENS)[string];

function isFixed(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => typeof piece === "string" || piece.isPadded);
}

/** Where every part has its place, cutting is sooner done than capturing. */
function fixedReader(expression: RegExp, pieces: readonly Piece[]): DayFormat["read"] {
  const starts = new Map<Part, number>();
  let place = 0;
  for (const piece of pieces) {
    if (typeof piece !== "string") starts.set(piece.part, place);
    place += typeof piece === "string" ? piece.length : WIDTHS[piece.part];
  }
  const [year = 0, month = 0, day = 0] = PARTS.map((part) => starts.get(part));
  return (text) =>
    expression.test(text)
      ? isoDay(text.slice(year, year + WIDTHS.year), text.slice(month, month + 2), text.slice(day, day + 2))
      : null;
}

function groupReader(expression: RegExp, pieces: readonly Piece[]): DayFormat["read"] {
  const order = pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.part]));
  const [year = 0, month = 0, day = 0] = PARTS.map((part) => order.indexOf(part) + 1);
  return (text) => {
    const found = expression.exec(text);
    return found && isoDay(found[year] ?? "", found[month] ?? "", found[day] ?? "");
  };
}

function digitsOf(iso: string, part: Part, isPadded: boolean): string {
  const [start, end] = PLACES[part];
  return iso.slice(!isPadded && iso[start] === "0" ? start + 1 : start, end);
}

function isoDay(year: string, month: string, day: string): string | null {
  const limit = month === "2" || month === "02" ? februaryDays(Number(year)) : MONTH_DAYS[Number(month) - 1];
  if (limit === undefined || Number(day) < 1 || Number(day) > limit) return null;
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`;
}

function twoDigits(text: string): string {
  return text.length < 2 ? `0${text}` : text;
}

function februaryDays(year: number): number {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\]^{|}/-]/g, "\\$&");
}

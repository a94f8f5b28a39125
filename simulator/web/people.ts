import type { PeoplePage, PersonFields, PersonView, Row } from "./view";

/** A user of cidaas, with the legacy id that their custom field names. */
export interface CidaasPerson {
  view: PersonView;
  legacyId: string | null;
}

export const ROWS_PER_PAGE = 50;

/** Puts the users of both systems side by side: by the legacy id in cidaas, else by e-mail. Newest persons first. */
export function joinPeople(cidaas: readonly CidaasPerson[], legacy: readonly PersonView[]): Row[] {
  const byId = new Map(legacy.map((view) => [view.id, view]));
  const byEmail = new Map(legacy.map((view) => [view.email.toLowerCase(), view]));
  const taken = new Map<PersonView, PersonView>();
  const alone: PersonView[] = [];
  for (const { view, legacyId } of cidaas) {
    const partner = byId.get(legacyId ?? "") ?? (view.email === "" ? undefined : byEmail.get(view.email.toLowerCase()));
    if (partner === undefined || taken.has(partner)) alone.push(view);
    else taken.set(partner, view);
  }
  return [
    ...alone.reverse().map((view) => toRow(view, null)),
    ...legacy.map((view) => toRow(taken.get(view) ?? null, view)).reverse(),
  ];
}

/** One page of the rows that contain all words of the search. */
export function pageOf(rows: readonly Row[], search: string, page: number, pending: number): PeoplePage {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? rows : rows.filter((row) => matches(row, words));
  const pages = Math.max(1, Math.ceil(found.length / ROWS_PER_PAGE));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const linked = rows.filter((row) => row.cidaas !== null && row.legacy !== null);
  return {
    rows: found.slice(shown * ROWS_PER_PAGE, (shown + 1) * ROWS_PER_PAGE),
    page: shown,
    pages,
    found: found.length,
    counts: {
      cidaas: rows.filter((row) => row.cidaas !== null).length,
      legacy: rows.filter((row) => row.legacy !== null).length,
      linked: linked.length,
      equal: linked.filter((row) => row.different.length === 0).length,
      pending,
    },
  };
}

function toRow(cidaas: PersonView | null, legacy: PersonView | null): Row {
  const different = cidaas === null || legacy === null ? [] : COMPARED.filter(([, same]) => !same(cidaas, legacy));
  return { cidaas, legacy, different: different.map(([name]) => name) };
}

type Comparison = [keyof PersonFields, (left: PersonFields, right: PersonFields) => boolean];

const COMPARED: Comparison[] = [
  ["firstName", (left, right) => left.firstName === right.firstName],
  ["lastName", (left, right) => left.lastName === right.lastName],
  ["email", (left, right) => left.email.toLowerCase() === right.email.toLowerCase()],
  ["phone", (left, right) => germanNumber(left.phone) === germanNumber(right.phone)],
  ["city", (left, right) => left.city === right.city],
  ["tier", (left, right) => left.tier === right.tier],
  ["newsletter", (left, right) => left.newsletter === right.newsletter],
];

/** "0151 2345678" and "+491512345678" are one number. */
function germanNumber(phone: string): string {
  return phone.replace(/[^\d+]/g, "").replace(/^(\+49|0049)/, "0");
}

function matches(row: Row, words: readonly string[]): boolean {
  const text = [row.cidaas, row.legacy]
    .flatMap((view) =>
      view === null ? [] : [view.id, view.firstName, view.lastName, view.email, view.phone, view.city, view.tier],
    )
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

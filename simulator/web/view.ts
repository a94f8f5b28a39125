/** What the page and its server tell each other: plain JSON, without passwords or hashes. */

export type SideName = "cidaas" | "legacy";

/** The texts of a user that the page shows and edits; empty text stands for no value. */
export interface PersonFields {
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  city: string;
  tier: string;
  newsletter: boolean;
}

export interface PersonView extends PersonFields {
  /** The sub in cidaas, the id in the legacy system. */
  id: string;
  status: string;
}

/** What the page sends to register or change a user; without a password the password stays. */
export type PersonInput = Partial<PersonFields> & { password?: string };

/** One person: what both systems hold of them. */
export interface Row {
  cidaas: PersonView | null;
  legacy: PersonView | null;
  /** Fields that differ between the two, apart from notation; empty while only one side has the person. */
  different: (keyof PersonFields)[];
}

export interface PeoplePage {
  rows: Row[];
  /** Counts from 0. */
  page: number;
  pages: number;
  /** Persons that match the search. */
  found: number;
  counts: {
    cidaas: number;
    legacy: number;
    /** Persons on both sides. */
    linked: number;
    /** Persons on both sides with the same values. */
    equal: number;
    /** Events of the two systems not yet taken by their receivers. */
    pending: number;
  };
}

export interface HistoryView {
  seq: number;
  at: number;
  system: SideName;
  id: string;
  /** Name of the user where there still is one. */
  person: string;
  kind: string;
  by: string;
  /** Name and value as text; secret values are replaced. */
  fields: [string, string][];
}

/** The dials that the page has controls for. */
export interface PageDials {
  latencyMs: number;
  rate429: number;
  rate5xx: number;
  rateLostEvent: number;
}

interface Ids {
  sub: string | null;
  legacyId: string | null;
}

/** What became of one user that a sender worked on. */
export type Delivered =
  | ({ state: "CREATED" | "UPDATED" | "UNCHANGED" | "DELETED" } & Ids)
  | ({ state: "PARKED"; code: string; message: string } & Ids)
  /** Comes again once a person has decided on what the brake holds; the sentence says what stopped it. */
  | ({ state: "HELD"; message: string } & Ids)
  /** Comes again by itself. */
  | ({ state: "RETRY" } & Ids);

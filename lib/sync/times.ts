import type { Side, Span } from "./types";

/** Who made the later edit, and whether the times could really tell. */
export interface Newest {
  winner: Side;
  ambiguous: boolean;
}

/**
 * The newer of two edits. A legacy edit has a point in time, a cidaas edit the span of the events merged since the last
 * read. Inside that span, or closer to it than the tolerance (ms), the clocks cannot tell: cidaas, recorded as
 * ambiguous. An edit without a time never beats one with a time.
 */
export function newest(cidaas: Span | null, legacy: number | null, tolerance: number): Newest {
  if (legacy === null) return { winner: "cidaas", ambiguous: cidaas === null };
  if (cidaas === null) return { winner: "legacy", ambiguous: false };
  if (legacy > cidaas.last + tolerance) return { winner: "legacy", ambiguous: false };
  return { winner: "cidaas", ambiguous: legacy >= cidaas.first - tolerance };
}

/** A source of repeatable randomness: the same seed gives the same faults in the same order. */
export interface Random {
  /** A number of [0, 1). */
  next(): number;
  /** True with the given probability; draws nothing at 0 and 1, so that unused dials do not shift the sequence. */
  chance(rate: number): boolean;
  /** An integer of [0, below). */
  integer(below: number): number;
  shuffle<T>(items: readonly T[]): T[];
}

/** The Mulberry32 generator: small, fast and good enough for faults; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(below: number): number {
    return Math.floor(next() * below);
  }

  return {
    next,
    integer,
    chance: (rate) => rate >= 1 || (rate > 0 && next() < rate),
    shuffle: (items) =>
      items
        .map((item) => ({ item, order: next() }))
        .sort((left, right) => left.order - right.order)
        .map(({ item }) => item),
  };
}

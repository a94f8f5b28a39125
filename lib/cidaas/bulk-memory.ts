/** After so many calls of the size that fits, a larger one is tried again: what was too large may have been one batch only. */
const TRY_LARGER_AFTER = 100;

/** What the bulk calls of one tenant have taught about it. */
export class BulkMemory {
  #largest = Number.POSITIVE_INFINITY;
  #takenAtLargest = 0;
  #takenSince507 = false;

  /** Users that one call should have at the most. */
  get largest(): number {
    return this.#largest;
  }

  /** The tenant took a call with so many users. */
  taken(users: number): void {
    this.#takenSince507 = true;
    if (users >= this.#largest) this.#takenAtLargest += 1;
    if (this.#takenAtLargest >= TRY_LARGER_AFTER) this.#anySize();
  }

  /** A call with so many users was answered 413. Where it was one user, it is that user who is too large. */
  tooLarge(users: number): void {
    if (users === 1) this.#anySize();
    else {
      this.#largest = Math.ceil(users / 2);
      this.#takenAtLargest = 0;
    }
  }

  /**
   * Whether the 507 that a user got alone is about that user ("invalid email passed"). If the tenant took nothing since it
   * last said so of somebody, it says it to everybody, and has indeed no storage left.
   */
  isOneUsers507(): boolean {
    const isOnes = this.#takenSince507;
    this.#takenSince507 = false;
    return isOnes;
  }

  #anySize(): void {
    this.#largest = Number.POSITIVE_INFINITY;
    this.#takenAtLargest = 0;
  }
}

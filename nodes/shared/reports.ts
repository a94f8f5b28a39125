/** A problem that has not come up for so long counts as over. */
const QUIET_MS = 60_000;

/** Which problems are news: one that goes on is told once, and again only after it was over. */
export class Reports {
  readonly #now: () => number;
  /** When each problem came up last, by its sentence. */
  readonly #seen = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  isNews(problem: string): boolean {
    const now = this.#now();
    for (const [text, at] of this.#seen) if (now - at > QUIET_MS) this.#seen.delete(text);
    const isNews = !this.#seen.has(problem);
    this.#seen.set(problem, now);
    return isNews;
  }
}

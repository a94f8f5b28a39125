import type { Dials } from "./dials";
import type { Interference, KitRequest } from "./http";
import { type Random, seededRandom } from "./random";

const SERVER_ERRORS = [500, 502, 503];

/** The dials of one running system with the randomness they steer. */
export class FaultyDials {
  #dials: Dials;
  #random: Random;

  constructor(dials: Dials) {
    this.#dials = { ...dials };
    this.#random = seededRandom(dials.seed);
  }

  get dials(): Readonly<Dials> {
    return this.#dials;
  }

  get random(): Random {
    return this.#random;
  }

  set(partial: Partial<Dials>): void {
    this.#dials = { ...this.#dials, ...partial };
    if (partial.seed !== undefined) this.#random = seededRandom(partial.seed);
  }

  /** What befalls one request: waits out the latency, then an answer or a broken connection, or null for nothing. */
  async meet(request: KitRequest): Promise<Interference> {
    const dials = this.#dials;
    if (!isExposed(request.url.pathname, dials.faultPaths)) return null;
    if (dials.latencyMs > 0) await pause(dials.latencyMs);
    const random = this.#random;
    if (random.chance(dials.rate429)) {
      const headers: Record<string, string> = dials.retryAfter === null ? {} : { "retry-after": `${dials.retryAfter}` };
      return { status: 429, headers, body: { success: false, status: 429, error: "Too many requests" } };
    }
    if (random.chance(dials.rate5xx)) {
      const status = SERVER_ERRORS[random.integer(SERVER_ERRORS.length)] ?? 500;
      return { status, body: { success: false, status, error: "Simulated failure" } };
    }
    if (random.chance(dials.rateReset)) return random.chance(0.5) ? "reset" : "reset-after";
    if (random.chance(dials.rateHang)) return random.chance(0.5) ? "hang" : "hang-after";
    return null;
  }

  /** Holds the answer to a request that has taken effect. */
  async holdAnswer({ url }: KitRequest): Promise<void> {
    const { answerDelayMs, faultPaths } = this.#dials;
    if (answerDelayMs > 0 && isExposed(url.pathname, faultPaths)) await pause(answerDelayMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The simulator's own paths are for people and tests, and stay free of faults. */
function isExposed(path: string, faultPaths: readonly string[]): boolean {
  if (path.startsWith("/simulator/")) return false;
  return faultPaths.length === 0 || faultPaths.some((prefix) => path.startsWith(prefix));
}

import { readFileSync } from "node:fs";

const EVERY_MS = 250;

/** Watches the resident memory of a process, which may come back under another id. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  #samples: number[] = [];
  #most = 0;

  constructor(pid: () => number | undefined) {
    this.#timer = setInterval(() => {
      const size = residentMemory(pid());
      if (size === null) return;
      this.#samples.push(size);
      this.#most = Math.max(this.#most, size);
    }, EVERY_MS);
  }

  /** The most since the beginning, in MB. */
  get most(): number {
    return this.#most;
  }

  get now(): number {
    return this.#samples.at(-1) ?? 0;
  }

  /** The median of the samples since the last call. */
  median(): number {
    const sorted = this.#samples.sort((left, right) => left - right);
    this.#samples = [];
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** In MB; null for a process that is gone, and where the system does not tell. */
function residentMemory(pid: number | undefined): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

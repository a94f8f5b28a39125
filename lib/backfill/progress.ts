import type { Fingerprint } from "./file";
import type { Position } from "./splitter";

/** How far a file has been loaded: what is kept in the store. */
export interface Progress {
  fingerprint: Fingerprint;
  /** All before it is safe. */
  position: Position;
  records: number;
  unusable: number;
  /** `running` goes on by itself after a restart. */
  state: "running" | "paused" | "finished";
}

/** The progress that a note holds; null where there is none. */
export function parseProgress(note: string | null): Progress | null {
  return note === null ? null : JSON.parse(note);
}

export function sameFile(one: Fingerprint, other: Fingerprint): boolean {
  return one.size === other.size && one.modifiedAt === other.modifiedAt && one.head === other.head;
}

/** The rate is that of the last so many batches: that of an hour ago tells nothing of the time that remains. */
const WINDOW = 20;

interface Sample {
  at: number;
  records: number;
  offset: number;
}

/** How fast a loading goes, from where it was at several times. */
export class Rate {
  #samples: Sample[] = [];

  add(at: number, { records, position }: Progress): void {
    this.#samples = [...this.#samples.slice(-WINDOW), { at, records, offset: position.offset }];
  }

  /** Records per second, and the seconds until `size` bytes are reached; null before there is anything to tell by. */
  of(size: number): { perSecond: number; remaining: number } | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.at <= first.at || last.offset <= first.offset) return null;
    const seconds = (last.at - first.at) / 1_000;
    const bytesPerSecond = (last.offset - first.offset) / seconds;
    return {
      perSecond: Math.round((last.records - first.records) / seconds),
      remaining: Math.ceil((size - last.offset) / bytesPerSecond),
    };
  }
}

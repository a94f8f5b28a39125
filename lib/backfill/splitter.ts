/** A longer record is told as invalid and never held in memory as a whole. */
export const LONGEST_RECORD = 1024 * 1024;

export const LINE_FEED = 0x0a;

/** A place in a file between two records. */
export interface Position {
  /** In bytes. */
  offset: number;
  /** Of the record that begins here; the first is 1. */
  line: number;
}

/** One record of a file, not yet read. */
export interface Piece {
  /** With its line end; null where it is too long. */
  bytes: Buffer | null;
  line: number;
  /** Where the next one begins. */
  next: Position;
}

/**
 * Finds the end of the record that is being read, in bytes that follow those of the call before: the index after it, or
 * -1 when it goes on beyond them.
 */
export type FindEnd = (bytes: Buffer, from: number) => number;

/** Cuts the bytes of a file, which come in chunks of any size, into records. */
export class Splitter {
  readonly #findEnd: FindEnd;
  #position: Position;
  #kept: Buffer[] = [];
  #length = 0;
  #lines = 0;

  constructor(findEnd: FindEnd, position: Position) {
    this.#findEnd = findEnd;
    this.#position = position;
  }

  /** The records that end in this chunk. */
  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    for (let end = this.#findEnd(chunk, from); end >= 0; end = this.#findEnd(chunk, from)) {
      this.#keep(chunk.subarray(from, end));
      pieces.push(this.#take());
      from = end;
    }
    this.#keep(chunk.subarray(from));
    return pieces;
  }

  /** The record that the file ends with, if no line end follows it. */
  end(): Piece[] {
    return this.#length === 0 ? [] : [this.#take()];
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length;
    this.#lines += linesIn(bytes);
    if (this.#length > LONGEST_RECORD) this.#kept = [];
    else if (bytes.length > 0) this.#kept.push(bytes);
  }

  #take(): Piece {
    const { offset, line } = this.#position;
    const [only] = this.#kept;
    const whole = this.#kept.length === 1 && only ? only : Buffer.concat(this.#kept);
    const bytes = this.#length > LONGEST_RECORD ? null : whole;
    this.#position = { offset: offset + this.#length, line: line + this.#lines };
    this.#kept = [];
    this.#length = 0;
    this.#lines = 0;
    return { bytes, line, next: this.#position };
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

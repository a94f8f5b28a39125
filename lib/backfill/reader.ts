import type { JsonObject } from "../sync/types";
import { csvBoundaries, csvFormat, readHeader } from "./csv";
import type { SourceFile } from "./file";
import { NDJSON } from "./ndjson";
import { type FindEnd, LONGEST_RECORD, type Piece, type Position, Splitter } from "./splitter";
import type { Format, Parsed, Unusable } from "./types";

/** A batch of long records ends earlier: so much of a file is held in memory at most, and one record more. */
const BATCH_BYTES = 4 * LONGEST_RECORD;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** How a file is to be read, as its owner says it. */
export interface ReadingSettings {
  format: "csv" | "ndjson";
  /** Of CSV; one ASCII character. */
  separator: string;
  encoding: "utf-8" | "windows-1252";
}

/** The next records of a file, in its order. */
export interface Batch {
  records: JsonObject[];
  unusable: (Unusable & { line: number })[];
  /** Where the batch after it begins. */
  next: Position;
  /** Whether the file ends with it. */
  last: boolean;
}

/** Reads the records of a file batch by batch, from any position between two records. */
export class RecordReader {
  /** Where the first record begins. */
  readonly first: Position;
  readonly #file: SourceFile;
  readonly #format: Format;
  readonly #decoder: TextDecoder;
  #splitter: Splitter;
  #readUpTo: number;
  #position: Position;
  #pieces: Piece[] = [];

  private constructor(file: SourceFile, format: Format, decoder: TextDecoder, first: Position) {
    this.first = first;
    this.#file = file;
    this.#format = format;
    this.#decoder = decoder;
    this.#splitter = new Splitter(format.boundaries(), first);
    this.#readUpTo = first.offset;
    this.#position = first;
  }

  /** A reader of the file, at its first record. Rejects with `BACKFILL_HEADER` and `BACKFILL_FILE`. */
  static async of(file: SourceFile, { format, separator, encoding }: ReadingSettings): Promise<RecordReader> {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    const hasMark = (await file.read(0)).indexOf(BYTE_ORDER_MARK) === 0;
    const begin = { offset: hasMark ? BYTE_ORDER_MARK.length : 0, line: 1 };
    if (format === "ndjson") return new RecordReader(file, NDJSON, decoder, begin);
    const { text, next } = await firstPiece(file, decoder, csvBoundaries(separator), begin);
    return new RecordReader(file, csvFormat(readHeader(text, separator), separator), decoder, next);
  }

  /** The next batch begins here. */
  seek(position: Position): void {
    this.#splitter = new Splitter(this.#format.boundaries(), position);
    this.#readUpTo = position.offset;
    this.#position = position;
    this.#pieces = [];
  }

  /** So many records, usable or not; fewer if they are long, or the file ends. */
  async next(count: number): Promise<Batch> {
    const batch: Batch = { records: [], unusable: [], next: this.#position, last: false };
    const begin = this.#position.offset;
    while (batch.records.length + batch.unusable.length < count && batch.next.offset - begin < BATCH_BYTES) {
      if (this.#pieces.length === 0) this.#pieces = await this.#more();
      const piece = this.#pieces.pop();
      if (!piece) return { ...batch, last: true };
      const parsed = this.#parse(piece);
      if (parsed && "record" in parsed) batch.records.push(parsed.record);
      else if (parsed) batch.unusable.push({ ...parsed.unusable, line: piece.line });
      this.#position = piece.next;
      batch.next = piece.next;
    }
    return batch;
  }

  /** The next pieces, the first one last; none at the end of the file. */
  async #more(): Promise<Piece[]> {
    for (;;) {
      const chunk = await this.#file.read(this.#readUpTo);
      this.#readUpTo += chunk.length;
      const pieces = chunk.length > 0 ? this.#splitter.push(chunk) : this.#splitter.end();
      if (pieces.length > 0 || chunk.length === 0) return pieces.reverse();
    }
  }

  #parse({ bytes }: Piece): Parsed {
    if (bytes === null)
      return unusable("BACKFILL_TOO_LONG", "The record is longer than 1 MiB, or its quotes never close.");
    const text = decode(this.#decoder, bytes);
    if (text === null)
      return unusable("BACKFILL_ENCODING", "The record is not in the encoding that the node is set to.");
    return this.#format.parse(text);
  }
}

function unusable(code: "BACKFILL_TOO_LONG" | "BACKFILL_ENCODING", message: string): Parsed {
  return { unusable: { code, message } };
}

function decode(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The first line of a file with a header; empty where it cannot be read. */
async function firstPiece(
  file: SourceFile,
  decoder: TextDecoder,
  findEnd: FindEnd,
  begin: Position,
): Promise<{ text: string; next: Position }> {
  const splitter = new Splitter(findEnd, begin);
  for (let offset = begin.offset; offset <= LONGEST_RECORD; ) {
    const chunk = await file.read(offset);
    const [piece] = chunk.length > 0 ? splitter.push(chunk) : splitter.end();
    if (piece) return { text: (piece.bytes && decode(decoder, piece.bytes)) ?? "", next: piece.next };
    if (chunk.length === 0) break;
    offset += chunk.length;
  }
  return { text: "", next: begin };
}

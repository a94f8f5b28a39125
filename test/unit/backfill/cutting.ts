import { type FindEnd, type Piece, Splitter } from "../../../lib/backfill/splitter";

/** The records of bytes that come in one chunk. */
export function cut(bytes: Buffer, findEnd: FindEnd): Piece[] {
  return cutAt(bytes, findEnd, []);
}

/** The records of bytes that come in chunks which end at these places. */
export function cutAt(bytes: Buffer, findEnd: FindEnd, cuts: readonly number[]): Piece[] {
  const splitter = new Splitter(findEnd, { offset: 0, line: 1 });
  const places = [...new Set([0, ...cuts, bytes.length])].filter((at) => at <= bytes.length).sort((a, b) => a - b);
  const chunks = places.map((from, index) => bytes.subarray(from, places[index + 1] ?? bytes.length));
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

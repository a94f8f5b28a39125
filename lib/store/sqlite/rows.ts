import type { SQLOutputValue } from "node:sqlite";
import { StoreError } from "../../errors";
import { LANES, type Lane } from "../../sync/types";

export type Row = Record<string, SQLOutputValue>;

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : unexpected(column);
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : unexpected(column);
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : unexpected(column);
}

export function lane(row: Row, column: string): Lane {
  const value = row[column];
  return LANES.find((known) => known === value) ?? unexpected(column);
}

function unexpected(column: string): never {
  throw new StoreError(
    "STORE_CORRUPT",
    `The column ${column} of the store holds what was never written there; restore the store from a backup.`,
  );
}

/** Rows of one table as a CSV file, with all values quoted; null is empty. */
export function exportOf(rows: readonly object[]): string {
  const [first] = rows;
  const lines = rows.map((row) =>
    Object.values(row)
      .map((value) => `"${String(value ?? "").replaceAll('"', '""')}"`)
      .join(","),
  );
  return [Object.keys(first ?? {}).join(","), ...lines].join("\n");
}

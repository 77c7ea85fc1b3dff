export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Three significant digits where there are few, whole numbers where there are many. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** "median (least-most)", or the one value. */
export function spread(values: readonly number[]): string {
  if (values.length < 2) return figure(median(values));
  return `${figure(median(values))} (${figure(Math.min(...values))}-${figure(Math.max(...values))})`;
}

export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  for (const row of rows)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints a figure of ours beside its goal. */
export function against(
  name: string,
  found: number,
  unit: string,
  goal: number,
  wanted: "least" | "most",
): string[] {
  const met = wanted === "least" ? found >= goal : found <= goal;
  const word = wanted === "least" ? "at least" : "at most";
  return [name, `${figure(found)} ${unit}`, `goal ${word} ${figure(goal)} ${unit}`, met ? "met" : "missed"];
}

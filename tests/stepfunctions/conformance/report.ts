import type { Result } from "./run-case.js";
import { shortfalls } from "./shortfalls.js";

type Part = "output" | "history";

/** A table with a line per folder, the notes, and the last line of the command. */
export function report(results: Result[]): string {
  const folders = [...new Set(results.map(({ folder }) => folder))].sort();
  const rows = folders.map((folder) => {
    const own = results.filter((result) => result.folder === folder);
    return [folder, String(own.length), score(own, "output"), score(own, "history")];
  });
  const lines = columns([["folder", "cases", "output", "history"], ...rows]);
  const total = `conformance: output ${score(results, "output")}, history ${score(results, "history", "0/0")}`;
  return [...lines, "", ...failureLines(results), ...noteLines(results), total].join("\n");
}

function score(results: Result[], part: Part, none = "-"): string {
  const counted = results.filter((result) => result[part] !== "none");
  const passed = counted.filter((result) => result[part] === "passed");
  return counted.length === 0 ? none : `${passed.length}/${counted.length}`;
}

function columns(rows: string[][]): string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}

const MOST_LINES = 60;

/** A line for each part that fell short: what is known about it, or else its first difference. */
function failureLines(results: Result[]): string[] {
  const lines = results.flatMap((result) => {
    const parts = (["output", "history"] as const).filter((part) => result[part] === "failed");
    const reasons = parts.map((part) => shortfalls[result.name]?.[part] ?? firstOf(result, part));
    if (parts.length === 2 && reasons[0] === reasons[1]) return [`${result.name}: ${reasons[0]}`];
    return parts.map((part, index) => `${result.name} (${part}): ${reasons[index]}`);
  });
  const more = lines.length - MOST_LINES;
  if (more <= 0) return lines.length === 0 ? [] : [...lines, ""];
  return [...lines.slice(0, MOST_LINES), `and ${more} more: --why prints all`, ""];
}

function firstOf({ output, history, differences }: Result, part: Part): string {
  const first = differences[part][0] ?? (part === "output" ? output : history);
  return first.length > 160 ? `${first.slice(0, 160)}…` : first;
}

/** Each note once, with how many cases have it. */
function noteLines(results: Result[]): string[] {
  const counts = new Map<string, number>();
  for (const note of results.flatMap(({ notes }) => notes)) counts.set(note, (counts.get(note) ?? 0) + 1);
  const lines = [...counts].map(
    ([note, count]) => `note (${count} ${count === 1 ? "case" : "cases"}): ${note}`,
  );
  return lines.length === 0 ? [] : [...lines, ""];
}

/** The failures with their differences. */
export function explain(results: Result[]): string {
  return results
    .flatMap(({ name, differences: { output, history } }) => {
      const lines = [
        ...output.slice(0, MOST_LINES).map((line) => `    output   ${line}`),
        ...history.slice(0, MOST_LINES).map((line) => `    history  ${line}`),
      ];
      return lines.length === 0 ? [] : [[name, ...lines].join("\n")];
    })
    .join("\n\n");
}

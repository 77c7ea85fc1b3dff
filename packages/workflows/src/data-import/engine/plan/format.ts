import type { FileFormat } from "../../result.js";
import { fileProblem } from "../problems.js";
import { parseRow } from "../rows/json-cell.js";

/**
 * Tells the format from the beginning of the text.
 *
 * @throws FatalError EMPTY_FILE or NOT_A_TABLE
 */
export function detectFormat(sample: Buffer): FileFormat {
  const text = sample.toString("utf8", 0, 64 * 1024).trimStart();
  if (text === "") throw fileProblem("EMPTY_FILE", "This file is empty.");
  if (text.startsWith("<")) {
    throw fileProblem(
      "NOT_A_TABLE",
      "This looks like a web page or XML, not a table. Export the data as CSV or JSON and upload that.",
    );
  }
  if (/^\[\s*([[\]{"\d-]|true\b|false\b|null\b|$)/.test(text)) return jsonArray(text);
  if (!text.startsWith("{")) return "csv";
  const lines = text.split("\n", 10).filter((line) => line.trim() !== "");
  if (lines.some((line) => "row" in parseRow(line)) || text.length > 60_000) return "ndjson";
  throw fileProblem(
    "NOT_A_TABLE",
    "This JSON is neither an array of objects nor one object a line. Put the rows into an array, or each row on a line of its own.",
  );
}

function jsonArray(text: string): FileFormat {
  if (/^\[\s*([{\]]|$)/.test(text)) return "json";
  throw fileProblem(
    "NOT_A_TABLE",
    "The elements of this JSON array are not objects. Each element must be an object with a value for each column.",
  );
}

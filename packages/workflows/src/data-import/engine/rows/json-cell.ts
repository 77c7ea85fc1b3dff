import { type CellReader, Kind } from "./cell.js";

/** More digits than a number holds. */
const code = /^-?\d{16,400}$/;

/** A value nests deeper than an import takes. */
export class TooDeep extends Error {}

/**
 * What a JSON value is as a cell. JSON says itself what is a number and what is text, so that text is only
 * looked at for dates.
 */
export class JsonCell {
  kind: Kind = Kind.Empty;
  /** As in {@link CellReader}. */
  value = 0;
  /** As the text that is profiled where the column holds text. */
  text = "";
  private readonly reader: CellReader;
  private readonly maxDepth: number;

  constructor(reader: CellReader, maxDepth: number) {
    this.reader = reader;
    this.maxDepth = maxDepth;
  }

  /** @throws TooDeep */
  read(value: unknown): void {
    switch (typeof value) {
      case "number":
        this.kind = Number.isInteger(value) ? Kind.Integer : Kind.Decimal;
        this.value = value;
        this.text = String(value);
        return;
      case "boolean":
        this.kind = Kind.Boolean;
        this.value = value ? 1 : 0;
        this.text = String(value);
        return;
      case "string":
        this.readText(value.trim());
        return;
      default:
        if (value === null || value === undefined) {
          this.kind = Kind.Empty;
          this.text = "";
        } else {
          refuseDepth(value, this.maxDepth);
          this.kind = Kind.Text;
          this.text = JSON.stringify(value);
        }
    }
  }

  private readText(text: string): void {
    this.text = text;
    this.kind = text === "" ? Kind.Empty : Kind.Text;
    if (code.test(text)) {
      this.value = Number(text);
      if (Number.isFinite(this.value)) this.kind = Kind.Code;
      return;
    }
    if (text.length < 10 || text.length > 35 || !/^\d{4}[-/]/.test(text)) return;
    const bytes = Buffer.from(text);
    const kind = this.reader.read(bytes, 0, bytes.length);
    if (kind !== Kind.Date && kind !== Kind.DateTime) return;
    this.kind = kind;
    this.value = this.reader.value;
  }
}

function refuseDepth(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth === 0) throw new TooDeep();
  for (const part of Object.values(value)) refuseDepth(part, depth - 1);
}

/** The row as an object, or what is wrong with it as a sentence. */
export function parseRow(
  text: string,
): { row: Record<string, unknown> } | { broken: string; object: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { broken: `This is not valid JSON: ${why}`, object: true };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { broken: "A row must be a JSON object with a value for each column.", object: false };
  }
  const row: unknown = mayBeInexact.test(text) ? JSON.parse(exactly(text)) : value;
  return { row: row as Record<string, unknown> };
}

/** Sixteen digits, or an exponent of three: there may be a number that is not held as it stands. */
const mayBeInexact = /\d{16}|\d[eE]\+?\d{3}/;
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON in which integers of more digits than a number holds, and numbers beyond all bounds, are texts: none becomes its neighbour. */
function exactly(json: string): string {
  return json.replace(stringOrNumber, (part) => {
    if (part.startsWith('"')) return part;
    return code.test(part) || !Number.isFinite(Number(part)) ? `"${part}"` : part;
  });
}

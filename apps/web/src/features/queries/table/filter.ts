import type { Cell } from "./column.js";

/**
 * Reads what a person writes into a column's filter. For numbers: `5`, `>5`, `>=5`, `<5`, `<=5`, `5..10`, `!=5`; for text: a
 * part of it, or `=text` for the whole; for both `empty` and `!empty`.
 *
 * @returns null where there is nothing to filter by, or nothing that can be read yet
 */
export function readFilter(text: string, numeric: boolean): ((cell: Cell) => boolean) | null {
  const wanted = text.trim();
  if (wanted === "") return null;
  if (wanted === "empty") return (cell) => cell === null;
  if (wanted === "!empty") return (cell) => cell !== null;
  return numeric ? numberFilter(wanted) : textFilter(wanted);
}

function textFilter(wanted: string): ((cell: Cell) => boolean) | null {
  const whole = wanted.startsWith("=");
  const part = (whole ? wanted.slice(1).trim() : wanted).toLowerCase();
  if (part === "") return null;
  if (whole) return (cell) => cell !== null && String(cell).toLowerCase() === part;
  return (cell) => cell !== null && String(cell).toLowerCase().includes(part);
}

const tests: Record<string, (cell: number, than: number) => boolean> = {
  "": (cell, than) => cell === than,
  "=": (cell, than) => cell === than,
  "!=": (cell, than) => cell !== than,
  ">": (cell, than) => cell > than,
  ">=": (cell, than) => cell >= than,
  "<": (cell, than) => cell < than,
  "<=": (cell, than) => cell <= than,
};

function numberFilter(wanted: string): ((cell: Cell) => boolean) | null {
  const range = /^(.+?)\s*\.\.\s*(.+)$/.exec(wanted);
  if (range) {
    const [from, to] = [toNumber(range[1]), toNumber(range[2])];
    return from === null || to === null ? null : (cell) => cell !== null && +cell >= from && +cell <= to;
  }
  const [, sign = "", rest] = /^(!=|[<>]=?|=)?\s*(.*)$/.exec(wanted) ?? [];
  const than = toNumber(rest);
  const passes = tests[sign];
  return than === null || !passes ? null : (cell) => cell !== null && passes(+cell, than);
}

function toNumber(text: string | undefined): number | null {
  const digits = text?.replace(/[,_\s]/g, "") ?? "";
  const value = Number(digits);
  return digits === "" || Number.isNaN(value) ? null : value;
}

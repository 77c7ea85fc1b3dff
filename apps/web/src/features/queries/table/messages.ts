import type { QueryColumn } from "@longhaul/workflows/contracts";
import type { Cell } from "./column.js";
import type { ChartPoint, View } from "./table.js";

/** What the page asks the worker. An answer carries the number of its question. */
export type Ask =
  | { type: "open"; url: string; columns: readonly QueryColumn[] }
  | { type: "view"; id: number; view: View }
  | { type: "rows"; id: number; from: number; to: number }
  | { type: "points"; id: number; x: number; y: number; most: number };

export type Answer =
  | { type: "progress"; rows: number; bytes: number }
  | { type: "open"; rows: number; bytes: number; memory: number; numeric: boolean[] }
  | { type: "failed"; message: string }
  | { type: "view"; id: number; rows: number }
  | { type: "rows"; id: number; cells: Cell[][] }
  | { type: "points"; id: number; points: ChartPoint[]; left: number };

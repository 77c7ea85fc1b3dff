import type { DataPlan } from "./data.js";

/** What the warehouse's process is told. */
export type Order =
  | { readonly type: "open"; readonly file: string; readonly plan: DataPlan; readonly memory: string }
  | { readonly type: "columns" }
  | {
      readonly type: "query";
      readonly id: string;
      readonly sql: string;
      /** "2026-10-01 00:00:00", UTC; events from `start` until before `end` are seen. */
      readonly window: { readonly start: string; readonly end: string };
      /** Where the parts go. */
      readonly folder: string;
      readonly partBytes: number;
      readonly timeoutMs: number;
    }
  | { readonly type: "cancel"; readonly id: string };

export interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** What it says. */
export type Report =
  | { readonly type: "ready" }
  | { readonly type: "columns"; readonly columns: readonly Column[] }
  | { readonly type: "done"; readonly id: string; readonly rows: number; readonly parts: readonly string[] }
  /** The query's own fault: the message is for who wrote it. */
  | { readonly type: "refused"; readonly id: string; readonly message: string };

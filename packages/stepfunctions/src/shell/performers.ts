import type { LogRecord } from "../core/state.js";
import type { Command } from "../core/turn.js";
import type { ExecutionRow } from "../store/store.js";
import type { Runner } from "./runner.js";

/** What does what the core commands, outside of it. */
export interface Performers {
  invoke(runner: Runner, command: Extract<Command, { type: "invoke" }>): void;
  abort(execution: number, task: number): void;
  startMapRun(runner: Runner, command: Extract<Command, { type: "startMapRun" }>): void;
  stopMapRun(execution: number, run: number): void;
  /** An execution's end is on disk. */
  ended(row: ExecutionRow): void;
  /** Records are on disk. */
  recorded(runner: Runner, records: LogRecord[]): void;
}

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

/** Has a command of the core done. */
export function perform(performers: Performers | null, runner: Runner, command: Command): void {
  const { number } = runner.row;
  switch (command.type) {
    case "abort":
      return performers?.abort(number, command.task);
    case "stopMapRun":
      return performers?.stopMapRun(number, command.run);
    case "invoke":
      return performers?.invoke(runner, command);
    case "startMapRun":
      return performers?.startMapRun(runner, command);
  }
}

import { AwsError } from "../aws-error.js";
import type { ExecutionRow } from "../store/store.js";

interface Listener {
  resolve: (row: ExecutionRow) => void;
  reject: (error: Error) => void;
}

/** Who waits for the ends of executions. */
export class Ends {
  private readonly listeners = new Map<number, Listener[]>();

  /** Resolves with an execution's row once its end is told. */
  wait(execution: number): Promise<ExecutionRow> {
    return new Promise((resolve, reject) => {
      const listeners = this.listeners.get(execution);
      if (listeners === undefined) this.listeners.set(execution, [{ resolve, reject }]);
      else listeners.push({ resolve, reject });
    });
  }

  tell(row: ExecutionRow): void {
    const listeners = this.listeners.get(row.number);
    if (listeners === undefined) return;
    this.listeners.delete(row.number);
    for (const { resolve } of listeners) resolve(row);
  }

  close(): void {
    const closed = new AwsError("ServiceUnavailable", "The engine is closed", 503);
    for (const listeners of this.listeners.values()) for (const { reject } of listeners) reject(closed);
    this.listeners.clear();
  }
}

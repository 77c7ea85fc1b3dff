import { replay } from "../core/apply.js";
import { expressMachine, machineOfRegion } from "../core/compile.js";
import type { Machine } from "../core/machine.js";
import { unpack } from "../core/pack.js";
import type { LogRecord } from "../core/state.js";
import { DataDirectoryDamagedError } from "../store/errors.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { MachineCache } from "./machine-cache.js";
import { identityOf, type Runner } from "./runner.js";

/** Reads executions back from the store. */
export class Recall {
  constructor(
    private readonly store: Store,
    private readonly machines: MachineCache,
  ) {}

  /** The state that an execution's log makes, or what is wrong with it. */
  state(row: ExecutionRow, records: LogRecord[]): Pick<Runner, "state" | "machine" | "fault"> {
    try {
      return { machine: this.machineOf(row), state: replay(records), fault: undefined };
    } catch (error) {
      if (error instanceof DataDirectoryDamagedError) throw error;
      return { machine: null, state: null, fault: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /** What an execution runs. */
  machineOf(row: ExecutionRow): Machine {
    const machine = this.machines.machine(row.revisionId);
    const own = row.region === 0 ? machine : machineOfRegion(machine, row.region);
    return row.type === "EXPRESS" ? expressMachine(own) : own;
  }

  /** The records of an execution, turn by turn. */
  log(row: ExecutionRow): LogRecord[][] {
    const batches = this.store.range("log", { start: [row.number, 0], end: [row.number + 1, 0] });
    const identity = identityOf(row);
    const words = this.machines.words(row.revisionId);
    return [...batches].map(({ value }) => unpack(value, identity, words));
  }
}

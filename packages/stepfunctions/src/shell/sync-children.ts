import type { LogRecord } from "../core/state.js";
import type { Logger } from "../ports.js";
import type { Store } from "../store/store.js";
import type { Executions } from "./executions.js";
import type { Recall } from "./recall.js";

interface Ports {
  store: Store;
  logger: Logger;
  recall: Recall;
  executions: Executions;
}

/** Who has started an execution, as its log tells it. */
interface Starter {
  number: number;
  records: LogRecord[];
  /** The events of the tasks that it still waits for. */
  waits: Set<number>;
}

/**
 * Stops executions that a `.sync` task has started and that nobody waits for any more: the process was killed between the
 * end of that task, or of its execution, and theirs.
 */
export function stopForsaken({ store, logger, recall, executions }: Ports): void {
  // Those that one has started have numbers side by side, mostly.
  let starter: Starter | null = null;
  for (const { key } of store.range("running")) {
    const row = store.get("executions", key);
    if (row === undefined || row.startedBy === null) continue;
    const failed = (error: unknown): void =>
      logger.error(
        { err: error, execution: row.arn },
        "Whether anybody waits for an execution could not be found out, or it could not be stopped",
      );
    try {
      const [number = 0, event = 0] = row.startedBy.split(":").map(Number);
      if (starter?.number !== number) starter = starterOf(number, store, recall);
      if (starter !== null && isForsaken(starter, event)) executions.stop(key, {}).catch(failed);
    } catch (error) {
      // A starter's log that cannot be read keeps nobody else from going on.
      failed(error);
    }
  }
}

/** null: nothing is known of it that would be a reason to stop anybody. */
function starterOf(number: number, store: Store, recall: Recall): Starter | null {
  const row = store.get("executions", number);
  if (row === undefined) return null;
  const records = recall.log(row).flat();
  if (row.status !== "RUNNING") return { number, records, waits: new Set() };
  const { state } = recall.state(row, records);
  if (state === null) return null;
  const positions = [...state.branches.values()].map(({ position }) => position);
  return {
    number,
    records,
    waits: new Set(positions.flatMap((position) => (position.kind === "task" ? [position.task.id] : []))),
  };
}

/** Whether a task was to wait for the execution that it started, and does no longer. */
function isForsaken({ records, waits }: Starter, event: number): boolean {
  if (waits.has(event)) return false;
  const started = records.find(({ id }) => id === event);
  if (started?.then?.kind !== "task") return false;
  const { call } = started.then.task;
  return call.kind === "service" && /\.sync(?::2)?$/.test(call.resource);
}

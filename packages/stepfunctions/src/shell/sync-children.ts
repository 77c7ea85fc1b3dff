import type { Logger } from "../ports.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { Executions } from "./executions.js";
import type { Recall } from "./recall.js";

interface Ports {
  store: Store;
  logger: Logger;
  recall: Recall;
  executions: Executions;
}

/**
 * Stops executions that a `.sync` task has started and that nobody waits for any more: the process was killed between the
 * end of that task's execution and theirs.
 */
export function stopForsaken({ store, logger, recall, executions }: Ports): void {
  for (const { key } of store.range("running")) {
    const row = store.get("executions", key);
    if (row === undefined || row.startedBy === null) continue;
    const failed = (error: unknown): void =>
      logger.error(
        { err: error, execution: row.arn },
        "Whether anybody waits for an execution could not be found out, or it could not be stopped",
      );
    try {
      if (isForsaken(row.startedBy, store, recall)) executions.stop(key, {}).catch(failed);
    } catch (error) {
      // A starter's log that cannot be read keeps nobody else from going on.
      failed(error);
    }
  }
}

function isForsaken(startedBy: string, store: Store, recall: Recall): boolean {
  const [number, event] = startedBy.split(":").map(Number);
  const parent = number === undefined ? undefined : store.get("executions", number);
  if (parent === undefined || parent.status === "RUNNING") return false;
  return waitedFor(parent, event, recall);
}

/** Whether a task was to wait for the execution that it started. */
function waitedFor(parent: ExecutionRow, event: number | undefined, recall: Recall): boolean {
  const started = recall
    .log(parent)
    .flat()
    .find(({ id }) => id === event);
  if (started?.then?.kind !== "task") return false;
  const { call } = started.then.task;
  return call.kind === "service" && /\.sync(?::2)?$/.test(call.resource);
}

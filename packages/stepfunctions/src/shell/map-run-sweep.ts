import type { Logger } from "../ports.js";
import type { MapRunRow, Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { Executions } from "./executions.js";

interface Ports {
  store: Store;
  clock: Clock;
  logger: Logger;
  executions: Executions;
}

/** Ends those of some map runs whose execution has ended, and what runs of them. */
export function sweep(rows: MapRunRow[], ports: Ports): void {
  for (const row of rows) {
    const parent = ports.store.get("executions", row.execution);
    if (parent === undefined || parent.status === "RUNNING") continue;
    end(row, ports).catch((error: unknown) =>
      ports.logger.error({ err: error, mapRun: row.arn }, "A map run could not be ended"),
    );
  }
}

async function end(row: MapRunRow, { store, executions, clock }: Ports): Promise<void> {
  const children = store.range("mapChildren", { start: [row.number, 0], end: [row.number + 1, 0] });
  const live = [...children].filter(({ value }) => store.get("running", value) !== undefined);
  await Promise.all(live.map(({ value }) => executions.stop(value, {})));
  const ended: MapRunRow = { ...row, status: "ABORTED", stoppedAt: clock.now() };
  await store.write([{ table: "mapRuns", key: row.arn, value: ended }]);
}

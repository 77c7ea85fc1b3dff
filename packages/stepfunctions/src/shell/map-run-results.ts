import type { MapRunSpec } from "../core/map-run.js";
import { type ChildResult, transformedOutput, writerConfig } from "../items/results.js";
import { checkDestination, destinationOf, writeResults } from "../items/write.js";
import { byteLength } from "../json.js";
import { StateFailure } from "../language/failure.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import type { ObjectStore } from "../ports.js";
import type { MapRunRow, Store } from "../store/store.js";
import type { MapRunInputs } from "./map-run-items.js";

/** A map run whose results are wanted. */
export interface Results {
  row: MapRunRow;
  spec: MapRunSpec;
  inputs: MapRunInputs;
}

/** Whether the results go to a bucket. */
export function isWritten({ writer }: MapRunSpec): boolean {
  return writer !== null && writer.parameters !== "{}";
}

/** Refuses a destination that cannot be written to before anything has been done. @throws StateFailure */
export async function assertDestination(spec: MapRunSpec, row: MapRunRow, objects: ObjectStore | undefined) {
  if (!isWritten(spec) || objects === undefined) return;
  await checkDestination(objects, destinationOf(JSON.parse(spec.writer?.parameters ?? "{}"), row.arn));
}

/** Writes the results to the bucket. The promise is the state's result, as text. @throws StateFailure */
export async function writeOut(store: Store, of: Results, objects: ObjectStore | undefined): Promise<string> {
  const { row, spec } = of;
  if (objects === undefined)
    throw new StateFailure(
      "States.ResultWriterFailed",
      "No object store is at hand to write the results to: give the engine `objects`.",
    );
  const destination = destinationOf(JSON.parse(spec.writer?.parameters ?? "{}"), row.arn);
  return JSON.stringify(
    await writeResults(objects, destination, writerConfig(spec.writer?.config), results(store, of)),
  );
}

/** The state's result where nothing is written to a bucket, as text. @throws StateFailure */
export function gathered(store: Store, of: Results): string {
  const { writer, label } = of.spec;
  if (writer !== null) return transformedOutput([...results(store, of)], writerConfig(writer.config));
  const texts: string[] = [];
  let bytes = 2;
  for (const { status, output } of results(store, of)) {
    if (status !== "SUCCEEDED" || output === undefined) continue;
    bytes += byteLength(output) + 1;
    if (bytes > MAX_PAYLOAD_BYTES + 1)
      throw new StateFailure(
        "States.DataLimitExceeded",
        `The state/task '${label}' returned a result with a size exceeding the maximum number of bytes service limit.`,
      );
    texts.push(output);
  }
  return `[${texts.join(",")}]`;
}

/** What has become of the items, in their order. */
function* results(store: Store, { row: { number, children }, inputs }: Results): Generator<ChildResult> {
  for (let index = 0; index < (children ?? 0); index += 1) {
    const child = store.get("mapChildren", [number, index]);
    const row = child === undefined ? undefined : store.get("executions", child);
    if (row === undefined) {
      yield { status: "PENDING", input: inputs.get(index) };
      continue;
    }
    yield {
      status: row.status === "RUNNING" ? "ABORTED" : row.status,
      input: row.input,
      ...(row.output === null ? {} : { output: row.output }),
      ...(row.error === null ? {} : { error: row.error }),
      ...(row.cause === null ? {} : { cause: row.cause }),
      executionArn: row.arn,
      name: row.name,
      stateMachineArn: row.machineArn,
      startDate: row.startedAt,
      ...(row.stoppedAt === null ? {} : { stopDate: row.stoppedAt }),
      redriveCount: row.redriveCount,
    };
  }
}

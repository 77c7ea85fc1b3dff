import { isObject } from "../json.js";
import type { ObjectStore } from "../ports.js";
import { asWriterFailure, writerFailed } from "./failures.js";
import { RESULT_FILE_BYTES } from "./limits.js";
import { type ChildResult, transformed, type WriterConfig } from "./results.js";

/** Where a ResultWriter writes: its evaluated Parameters or Arguments, and the map run. */
export interface Destination {
  bucket: string;
  prefix: string;
  mapRunArn: string;
}

/** What a Map with a ResultWriter that writes to a bucket puts out. */
export interface WrittenResults {
  MapRunArn: string;
  ResultWriterDetails: { Bucket: string; Key: string };
}

interface ResultFile {
  Key: string;
  Size: number;
}

type Group = "FAILED" | "PENDING" | "SUCCEEDED";

/** Reads a ResultWriter's Parameters or Arguments. @throws StateFailure States.ResultWriterFailed */
export function destinationOf(parameters: unknown, mapRunArn: string): Destination {
  const { Bucket: bucket, Prefix: prefix = "" } = isObject(parameters) ? parameters : {};
  if (typeof bucket !== "string" || bucket === "")
    throw writerFailed("The ResultWriter's Bucket must be a string.");
  if (typeof prefix !== "string") throw writerFailed("The ResultWriter's Prefix must be a string.");
  return { bucket, prefix, mapRunArn };
}

/**
 * Sees before the first child is started that results can be written: puts a manifest that names no files.
 * @throws StateFailure States.ResultWriterFailed
 */
export async function checkDestination(objects: ObjectStore, destination: Destination): Promise<void> {
  try {
    await putManifest(objects, destination, { FAILED: [], PENDING: [], SUCCEEDED: [] });
  } catch (error) {
    throw asWriterFailure("Failed to write a test manifest into the specified output bucket.", error);
  }
}

/**
 * Writes the results of a map run into prefix/<map run's id>/: a file, or several numbered ones, for executions that
 * succeeded, failed (timed out and aborted ones too) and were never started, then manifest.json, which names them.
 * Source: "ResultWriter (Map)" in the Step Functions developer guide.
 * @param fileBytes size at which a file is closed and the next one begun
 * @throws StateFailure States.ResultWriterFailed
 */
export async function writeResults(
  objects: ObjectStore,
  destination: Destination,
  config: WriterConfig,
  results: AsyncIterable<ChildResult> | Iterable<ChildResult>,
  fileBytes = RESULT_FILE_BYTES,
): Promise<WrittenResults> {
  const group = (name: Group) => new ResultFiles(objects, destination, config, name, fileBytes);
  const groups = { FAILED: group("FAILED"), PENDING: group("PENDING"), SUCCEEDED: group("SUCCEEDED") };
  try {
    for await (const result of results) await groups[groupOf(result)].add(result);
    const files = {
      FAILED: await groups.FAILED.finish(),
      PENDING: await groups.PENDING.finish(),
      SUCCEEDED: await groups.SUCCEEDED.finish(),
    };
    const key = await putManifest(objects, destination, files);
    return {
      MapRunArn: destination.mapRunArn,
      ResultWriterDetails: { Bucket: destination.bucket, Key: key },
    };
  } catch (error) {
    throw asWriterFailure("Failed to write the results into the specified output bucket.", error);
  }
}

function groupOf({ status }: ChildResult): Group {
  if (status === "SUCCEEDED" || status === "PENDING") return status;
  return "FAILED";
}

async function putManifest(
  objects: ObjectStore,
  destination: Destination,
  files: Record<Group, ResultFile[]>,
): Promise<string> {
  const { bucket, mapRunArn } = destination;
  const key = `${folderOf(destination)}manifest.json`;
  const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files };
  await objects.put({ bucket, key, contentType: "application/json" }, Buffer.from(JSON.stringify(manifest)));
  return key;
}

/** The map run's folder is named by what follows the last colon of its ARN. */
function folderOf({ prefix, mapRunArn }: Destination): string {
  const id = mapRunArn.slice(mapRunArn.lastIndexOf(":") + 1);
  const parent = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return `${parent}${id}/`;
}

/** The numbered files of one group. Of results, no more than one file is in memory. */
class ResultFiles {
  readonly #files: ResultFile[] = [];
  #texts: string[] = [];
  #bytes = 0;

  constructor(
    private readonly objects: ObjectStore,
    private readonly destination: Destination,
    private readonly config: WriterConfig,
    private readonly group: Group,
    private readonly fileBytes: number,
  ) {}

  async add(result: ChildResult): Promise<void> {
    for (const text of transformed(result, this.config)) {
      const bytes = Buffer.byteLength(text) + 1;
      if (this.#texts.length > 0 && this.#bytes + bytes > this.fileBytes) await this.#write();
      this.#texts.push(text);
      this.#bytes += bytes;
    }
  }

  async finish(): Promise<ResultFile[]> {
    if (this.#texts.length > 0) await this.#write();
    return this.#files;
  }

  async #write(): Promise<void> {
    const lines = this.config.outputType === "JSONL";
    const body = Buffer.from(lines ? `${this.#texts.join("\n")}\n` : `[${this.#texts.join(",")}]`);
    const name = `${this.group}_${this.#files.length}.${lines ? "jsonl" : "json"}`;
    const key = `${folderOf(this.destination)}${name}`;
    const contentType = lines ? "application/jsonl" : "application/json";
    await this.objects.put({ bucket: this.destination.bucket, key, contentType }, body);
    this.#files.push({ Key: key, Size: body.length });
    this.#texts = [];
    this.#bytes = 0;
  }
}

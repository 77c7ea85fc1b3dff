import { appendFile } from "node:fs/promises";
import type { Logger } from "../log.js";
import type { TrainingFaults } from "./faults.js";
import { DownloadError, type JobFolder } from "./folder.js";
import { type Instance, startInstance } from "./instance.js";
import { metricReader } from "./metrics.js";
import { type JobRecord, moved, type Secondary } from "./records.js";

export interface JobWorld {
  readonly program: URL;
  readonly environment: Record<string, string>;
  readonly folder: JobFolder;
  readonly logFile: string;
  readonly graceMs: number;
  readonly faults: TrainingFaults;
  readonly logger: Logger;
  /** Keeps the record; resolves when it is on disk. */
  save(record: JobRecord): Promise<void>;
}

const syncMs = 300;

/** A training job at work, from its first step to its end. What it has come to is saved before it goes on. */
export class Job {
  #record: JobRecord;
  #instance: Instance | null = null;
  /** The cloud is going: what is under way is begun anew when it is back. */
  #left = false;

  constructor(
    record: JobRecord,
    private readonly world: JobWorld,
  ) {
    this.#record = record;
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** @throws what the disk says; the job is left as it is then. */
  async run(): Promise<void> {
    const { folder } = this.world;
    try {
      if (this.#record.stopping === null) {
        await this.#move("Downloading");
        await folder.prepare(this.#record);
      }
      if (this.#left) return;
      if (this.#record.stopping === null) await this.#train();
      else await this.#end("Stopped", this.#record.stopping === "asked" ? "Stopped" : "MaxRuntimeExceeded");
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      await this.#end("Failed", "Failed", `ClientError: ${error.message}`);
    }
    if (!this.#left) await folder.remove();
  }

  async stop(why: NonNullable<JobRecord["stopping"]>): Promise<void> {
    if (this.#record.stopping !== null) return;
    this.#record = { ...this.#record, status: "Stopping", stopping: why };
    await this.#move("Stopping");
    this.#instance?.stop();
  }

  /** Ends the process without a word, and leaves the record as it is. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#instance?.kill();
    await this.#instance?.exited;
  }

  async #train(): Promise<void> {
    const { folder, program, environment, graceMs } = this.world;
    const trainingStarted = this.#record.trainingStarted ?? Date.now();
    this.#record = { ...this.#record, trainingStarted };
    await this.#move("Training");
    const { MaxRuntimeInSeconds } = this.#record.request.StoppingCondition;
    const instance = startInstance({
      ...{ program, environment, graceMs, root: folder.root },
      onLine: (line) => this.#hear(line),
    });
    this.#instance = instance;
    if (this.#left) instance.kill();
    if (this.#record.stopping !== null) instance.stop();
    const left = trainingStarted + MaxRuntimeInSeconds * 1000 - Date.now();
    // A timer waits for no more than 24 days.
    const limit = setTimeout(() => void this.stop("too long"), Math.min(Math.max(left, 0), 2_000_000_000));
    const sync = setInterval(() => void this.#sync(), syncMs);
    const { code } = await instance.exited;
    clearTimeout(limit);
    clearInterval(sync);
    this.#instance = null;
    if (this.#left) return;
    await this.#sync();
    await this.#finish(code);
  }

  async #finish(code: number | null): Promise<void> {
    const { folder } = this.world;
    const { stopping } = this.#record;
    if (stopping !== null) {
      await this.#end("Stopped", stopping === "asked" ? "Stopped" : "MaxRuntimeExceeded");
    } else if (code === 0) {
      await this.#move("Uploading");
      this.#record = { ...this.#record, model: await folder.keepModel(this.#record) };
      await this.#end("Completed", "Completed");
    } else {
      const said = await folder.failure();
      await this.#end("Failed", "Failed", `AlgorithmError: ${said}, exit code: ${code ?? 137}`);
    }
  }

  #end(status: JobRecord["status"], secondary: Secondary, failure: string | null = null): Promise<void> {
    this.#record = { ...this.#record, status, failure, ended: Date.now() };
    return this.#move(secondary);
  }

  #move(secondary: Secondary): Promise<void> {
    this.#record = moved(this.#record, secondary);
    return this.world.save(this.#record);
  }

  #hear(line: string): void {
    const { faults, logFile, logger } = this.world;
    appendFile(logFile, `${line}\n`).catch((error: unknown) =>
      logger.warn("A job's log could not be written.", { error }),
    );
    const found = metricReader(this.#record.request.AlgorithmSpecification.MetricDefinitions)(line);
    if (found.length === 0) return;
    const at = Date.now();
    const metrics = {
      ...this.#record.metrics,
      ...Object.fromEntries(found.map(([name, value]) => [name, { value, at }])),
    };
    this.#record = { ...this.#record, metrics, modified: at };
    this.world
      .save(this.#record)
      .catch((error: unknown) => logger.error("A job could not be saved.", { error }));
    if (faults.next === "die") this.#instance?.kill();
    if (faults.next === "freeze") this.#instance?.freeze();
  }

  async #sync(): Promise<void> {
    try {
      await this.world.folder.keepCheckpoints(this.#record);
    } catch (error) {
      this.world.logger.warn("A job's checkpoints could not be kept.", { job: this.#record.name, error });
    }
  }
}

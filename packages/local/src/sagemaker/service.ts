import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ObjectStore } from "@longhaul/stepfunctions";
import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";
import { type Records, RecordStore } from "../store/record-store.js";
import { described } from "./describe.js";
import { invalid, nameTaken, unknownJob } from "./errors.js";
import { TrainingFaults } from "./faults.js";
import { JobFolder } from "./folder.js";
import { Job } from "./job.js";
import { listed } from "./list.js";
import { wrongPattern } from "./metrics.js";
import { isOver, type JobRecord, moved } from "./records.js";
import { createSchema, listSchema, nameSchema, parsed } from "./requests.js";

export interface SageMakerOptions extends Account {
  /** Holds records, and the folders of jobs at work. */
  readonly folder: string;
  readonly logFolder: string;
  readonly objects: ObjectStore;
  /** The programs of training images, by the image's name without registry and tag. */
  readonly images: Readonly<Record<string, URL>>;
  /** What programs see of the environment. */
  readonly environment: Record<string, string>;
  readonly logger: Logger;
  /** How long a program may take to end when it is told to: two minutes, as with SageMaker. */
  readonly graceMs?: number;
  /** Jobs at work at a time; the others wait. */
  readonly atOnce?: number;
}

/** SageMaker's training jobs: they train in processes of their own, and outlive the cloud. */
export interface SageMaker {
  /** The answer of an operation, or undefined where there is none of that name. @throws AwsError */
  run(operation: string, input: unknown): Promise<object> | undefined;
  readonly faults: TrainingFaults;
  close(): Promise<void>;
}

/** Opens the jobs in a folder; those that were at work go on from their checkpoints. */
export function openSageMaker(options: SageMakerOptions): SageMaker {
  const store = new RecordStore(join(options.folder, "jobs"), 1);
  mkdirSync(options.logFolder, { recursive: true });
  const jobs = new Jobs(options, store.table<JobRecord>("jobs"));
  jobs.resume();
  const operations = new Map<string, (input: unknown) => Promise<object>>([
    ["CreateTrainingJob", async (input) => ({ TrainingJobArn: await jobs.create(input) })],
    ["DescribeTrainingJob", async (input) => described(jobs.find(input))],
    ["ListTrainingJobs", async (input) => listed(jobs.all(), parsed(listSchema, input))],
    [
      "StopTrainingJob",
      async (input) => {
        await jobs.stop(input);
        return {};
      },
    ],
  ]);
  return {
    run: (operation, input) => operations.get(operation)?.(input),
    faults: jobs.faults,
    async close() {
      await jobs.close();
      await store.close();
    },
  };
}

class Jobs {
  readonly faults = new TrainingFaults();
  readonly #running = new Map<string, { job: Job; ended: Promise<void> }>();
  readonly #waiting: string[] = [];
  #closed = false;

  constructor(
    private readonly options: SageMakerOptions,
    private readonly records: Records<JobRecord>,
  ) {}

  all(): JobRecord[] {
    return this.records.values();
  }

  find(input: unknown): JobRecord {
    const record = this.records.get(parsed(nameSchema, input).TrainingJobName);
    if (record === undefined) throw unknownJob();
    return record;
  }

  async create(input: unknown): Promise<string> {
    const request = parsed(createSchema, input);
    const { TrainingJobName: name, AlgorithmSpecification: algorithm } = request;
    const { region, accountId } = this.options;
    const arn = `arn:aws:sagemaker:${region}:${accountId}:training-job/${name}`;
    if (this.records.get(name)) throw nameTaken(arn);
    this.#program(algorithm.TrainingImage);
    const pattern = wrongPattern(algorithm.MetricDefinitions);
    if (pattern !== null) throw invalid(`The metric definition's pattern ${pattern} cannot be read.`);
    const now = Date.now();
    const record: JobRecord = {
      ...{ name, arn, request, created: now, modified: now, trainingStarted: null, ended: null },
      ...{ status: "InProgress", secondary: "Starting", transitions: [], failure: null, metrics: {} },
      ...{ model: null, stopping: null },
    };
    await this.records.put(name, moved(record, "Starting"));
    this.#enqueue(name);
    return arn;
  }

  async stop(input: unknown): Promise<void> {
    const record = this.find(input);
    if (isOver(record)) {
      throw invalid(`The request was rejected because the training job is in status ${record.status}.`);
    }
    const running = this.#running.get(record.name);
    if (running) return running.job.stop("asked");
    await this.records.put(
      record.name,
      moved({ ...record, status: "Stopping", stopping: "asked" }, "Stopping"),
    );
  }

  resume(): void {
    for (const record of this.records.values().sort((one, other) => one.created - other.created)) {
      if (isOver(record)) continue;
      const began = record.secondary !== "Starting" && record.stopping === null;
      if (began) void this.records.put(record.name, moved(record, "Restarting"));
      this.#enqueue(record.name);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running.values()];
    await Promise.all(running.map(({ job }) => job.leave()));
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** The program of an image, by the last part of its name. */
  #program(image: string): URL {
    const name =
      image
        .replace(/[:@][^/]*$/, "")
        .split("/")
        .at(-1) ?? "";
    const program = Object.hasOwn(this.options.images, name) ? this.options.images[name] : undefined;
    if (program) return program;
    const known = Object.keys(this.options.images).join(", ");
    throw invalid(
      `The local cloud runs no containers: it has the programs of the images ${known}, and not of ${image}.`,
    );
  }

  #enqueue(name: string): void {
    this.#waiting.push(name);
    this.#next();
  }

  #next(): void {
    if (this.#closed || this.#running.size >= (this.options.atOnce ?? 2)) return;
    const name = this.#waiting.shift();
    const record = name === undefined ? undefined : this.records.get(name);
    if (record === undefined) return;
    const { folder, logFolder, objects, environment, logger, graceMs = 120_000 } = this.options;
    const job = new Job(record, {
      program: this.#program(record.request.AlgorithmSpecification.TrainingImage),
      environment: { ...environment, TRAINING_JOB_NAME: record.name, TRAINING_JOB_ARN: record.arn },
      folder: new JobFolder(join(folder, "work", record.name), objects),
      logFile: join(logFolder, `${record.name}.log`),
      ...{ graceMs, faults: this.faults, logger },
      save: (saved) => this.records.put(saved.name, saved),
    });
    const ended = job
      .run()
      .catch((error: unknown) => logger.error("A training job could not go on.", { job: record.name, error }))
      .finally(() => {
        this.#running.delete(record.name);
        this.#next();
      });
    this.#running.set(record.name, { job, ended });
  }
}

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  authorizer,
  eventSources,
  functions,
  queues,
  rules,
  runsTopic,
  stateMachines,
  topics,
} from "@longhaul/functions/manifest";
import {
  DataDirectoryDamagedError,
  DataDirectoryFormatError,
  DataDirectoryInUseError,
  DataDirectoryWriteError,
  openStepFunctions,
  type StatusChangeEvent,
  type StepFunctions,
} from "@longhaul/stepfunctions";
import { startAds } from "../ads/start.js";
import type { NewEvent } from "../aws/event-bus.js";
import { type LocalAws, startAws } from "../aws/start.js";
import { machineEnvironment, modelEnvironment } from "../env.js";
import { fileLogger, type Logger } from "../log.js";
import { claimFolder } from "../postgres/folder.js";
import { StartError } from "../postgres/index.js";
import { startSupabase } from "../supabase/index.js";
import { embeddedDatabase, givenDatabase } from "./database.js";
import { type DemoSignIn, ensureDemoUser } from "./demo.js";
import { deployScheduleGroup } from "./deploy-schedules.js";
import { deployStateMachines } from "./deploy.js";
import { deployQueues } from "./deploy-queues.js";
import { LeftBehind } from "./left-behind.js";
import { type DeployableMachine, type Manifest, readManifest } from "./manifest.js";
import { connectionKeysSecret, ensureConnectionKeys } from "./connection-keys.js";
import { apiEnvironment, functionEnvironment, trainingBucket, type Places } from "./environment.js";
import { Warmer } from "./warm.js";

const region = "us-east-1";
const accountId = "000000000000";

export interface CloudOptions {
  /** Where everything is kept, e.g. ".longhaul". */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly ports: {
    readonly aws: number;
    readonly supabase: number;
    readonly database: number;
    /** The advertising API's stand-in; any free one unless said. */
    readonly ads?: number;
  };
  /** The address that AWS and Supabase listen on; Postgres always listens on 127.0.0.1. */
  readonly host: string;
  /** Rows of the largest advertising table, when they are made; two million unless said. */
  readonly impressions?: number;
  /** Whether starts may order delays and failures. */
  readonly simulation: boolean;
  /** The superuser of a Postgres to use in place of the embedded one. */
  readonly databaseUrl?: string | undefined;
  /** Gets a sentence for each thing that went wrong while running. */
  readonly onProblem?: (sentence: string) => void;
}

export interface Cloud extends AsyncDisposable {
  /** The environment for the API's process. */
  readonly env: Readonly<Record<string, string>>;
  readonly urls: {
    readonly aws: string;
    readonly ads: string;
    readonly supabase: string;
    readonly outbox: string;
    readonly controls: string;
    readonly database: string;
  };
  /** Null when the demo user's password was changed. */
  readonly demo: DemoSignIn | null;
  /** Resolves with a sentence when Postgres or the engine can do nothing any more: close it and start again. */
  readonly lost: Promise<string>;
  /** Deploys the machines again and lets the functions read new code; resolves with the new `env`. */
  reload(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/**
 * Starts the cloud on a laptop: Postgres with the migrations, Supabase, the AWS endpoint with the product's
 * functions, rules and state machines. What runs were doing when it was last stopped or killed goes on.
 *
 * @throws StartError with a sentence for the person at the keyboard
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const closing: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let step = closing.pop(); step !== undefined; step = closing.pop()) await step();
  };
  try {
    return await start(options, closing, close);
  } catch (error) {
    await close();
    throw asStartError(error, options.dataDir);
  }
}

async function start(
  options: CloudOptions,
  closing: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Cloud> {
  const { dataDir, ports, host } = options;
  const hadExecutions = existsSync(engineFolder(dataDir));
  closing.push(claim(dataDir));
  const logger = fileLogger(join(dataDir, "logs", "cloud.log"), options.onProblem);
  // Functions see each place from the moment it is known; none runs before all are.
  const places: { -readonly [Key in keyof Places]?: Places[Key] } = {
    region,
    simulation: options.simulation,
    models: modelEnvironment(),
  };
  const aws = await startAws({
    ...{ dataDir, host, region, accountId, functions: [...functions, authorizer], rules, logger },
    port: ports.aws,
    environment: (spec) => ({ ...machineEnvironment(), ...functionEnvironment(spec, places as Places) }),
  });
  closing.push(() => aws.close());
  await aws.ensureBucket(trainingBucket);
  Object.assign(places, { awsUrl: aws.url, runsTopicArn: aws.sns.topics.arn(runsTopic.name) });
  places.scheduler = await deployScheduleGroup(aws, accountId);
  const ads = await openAds(options, aws, logger, closing);
  places.connections = ads.environment;
  const database = options.databaseUrl
    ? await givenDatabase(options.databaseUrl, dataDir)
    : await embeddedDatabase(dataDir, ports.database);
  closing.push(() => database.close());
  places.database = database;
  const supabase = await startSupabase({
    ...{ dataDir, host, logger, port: ports.supabase },
    databaseUrl: database.adminUrl,
  });
  closing.push(() => supabase.close());
  places.supabase = supabase;
  const demo = await ensureDemoUser(dataDir, supabase);

  // The ends of executions wait for the ARNs of what may be dispatched after them.
  const [deployed, announceDeployment] = announced<void>();
  const warmer = new Warmer(aws.lambda);
  const [engineLost, announceLoss] = announced<string>();
  const engine = await openEngine(dataDir, aws, { deployed, warmer, logger, onLost: announceLoss });
  closing.push(async () => {
    await engine.close();
    await aws.close();
  });
  aws.attach({ stepFunctions: engine, realtime: supabase.realtime });
  const leftBehind = new LeftBehind({ engine, region, accountId, logger });
  closing.push(() => leftBehind.close());
  const deploy = async (manifest: Pick<Manifest, "stateMachines">) => {
    places.stateMachines = await deployStateMachines(manifest.stateMachines, { engine, region, accountId });
    return apiEnvironment(places as Places);
  };
  const machines = machinesFor(aws);
  const env = await deploy({ stateMachines: machines });
  await deployQueues({ topics, queues }, aws);
  await aws.eventSources.deploy(eventSources);
  announceDeployment();
  begin(aws, hadExecutions);
  warmer.deployed({ functions, rules, stateMachines: machines });
  leftBehind.deployed({ functions, stateMachines: machines });
  return {
    ...{ env, demo, lost: Promise.race([database.lost, engineLost]), close, [Symbol.asyncDispose]: close },
    urls: {
      ...{ aws: aws.url, ads: ads.url, supabase: supabase.url, database: database.url("postgres") },
      ...{ outbox: `${aws.url}/_longhaul/outbox`, controls: `${aws.url}/_longhaul/` },
    },
    async reload() {
      const manifest = await readManifest(aws.lambda.arn(""));
      const renewed = await deploy(manifest);
      aws.lambda.reload(manifest.functions);
      await deployQueues(manifest, aws);
      await aws.eventSources.deploy(manifest.eventSources);
      warmer.deployed(manifest);
      leftBehind.deployed(manifest);
      return renewed;
    },
  };
}

/** What begins by itself: rules and rotations whose time has come, and queues. `behind` is told to the rules' clock. */
function begin(aws: LocalAws, behind: boolean): void {
  aws.bus.startClock({ behind });
  aws.secretsManager.startClock();
  aws.scheduler.startClock();
  aws.eventSources.start();
}

/** The advertising API's stand-in, and the keys of the connections to it. */
async function openAds(
  { dataDir, host, ports, impressions = 2_000_000 }: CloudOptions,
  { secretsManager }: Pick<LocalAws, "secretsManager">,
  logger: Logger,
  closing: (() => Promise<void> | void)[],
) {
  await ensureConnectionKeys(secretsManager);
  const { url, environment, close } = await startAds({
    dataDir,
    host,
    port: ports.ads ?? 0,
    impressions,
    logger,
  });
  closing.push(close);
  return { url, environment: { CONNECTION_KEYS_SECRET: connectionKeysSecret, ...environment } };
}

function claim(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  return claimFolder({ root: dataDir, owner: join(dataDir, "owner.json") });
}

/** What the system says about a file of ours is about the data folder, which the person can mend or change. */
function asStartError(error: unknown, dataDir: string): unknown {
  if (isOfFullDisk(error)) {
    const sentence = `The disk of the data folder ${dataDir} is full: make room and start again, what it holds is kept.`;
    return new StartError(sentence, { cause: error });
  }
  const known = [
    DataDirectoryInUseError,
    DataDirectoryDamagedError,
    DataDirectoryFormatError,
    DataDirectoryWriteError,
  ];
  if (known.some((kind) => error instanceof kind)) {
    return new StartError((error as Error).message, { cause: error });
  }
  const { path, message } = error as NodeJS.ErrnoException;
  if (error instanceof StartError || typeof path !== "string" || !path.startsWith(dataDir)) return error;
  const wayOut = "mend it or move it away, or choose another folder with LONGHAUL_DATA_DIR.";
  return new StartError(`The data folder ${dataDir} cannot be used (${message}): ${wayOut}`, {
    cause: error,
  });
}

/** Said by the system of a file, and by Postgres and LMDB in their words. */
function isOfFullDisk(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    code === "ENOSPC" || code === "EDQUOT" || /No space left on device|Disk quota exceeded/.test(message)
  );
}

/** The build's state machines, with the ARNs that functions have here. */
function machinesFor({ lambda }: Pick<LocalAws, "lambda">): readonly DeployableMachine[] {
  return stateMachines.map((spec) => ({ ...spec, definition: spec.definition((name) => lambda.arn(name)) }));
}

/** A promise, and what resolves it. */
function announced<T>(): [promise: Promise<T>, announce: (value: T) => void] {
  let announce: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    announce = resolve;
  });
  return [promise, announce];
}

const engineFolder = (dataDir: string) => join(dataDir, "stepfunctions");

function openEngine(
  dataDir: string,
  aws: LocalAws,
  {
    deployed,
    warmer,
    logger,
    onLost,
  }: { deployed: Promise<void>; warmer: Warmer; logger: Logger; onLost: (sentence: string) => void },
): Promise<StepFunctions> {
  return openStepFunctions({
    dataDir: engineFolder(dataDir),
    region,
    accountId,
    lambda: (call) => aws.lambda.invoke(call),
    objects: aws.objects,
    logger: {
      warn: (fields, message) => logger.info(message, { ...fields }),
      error: (fields, message) => logger.error(message, { ...fields }),
    },
    onWriteError: (error) => onLost(error.message),
    async onStatusChange(change) {
      if (change.status === "RUNNING") warmer.executionStarted(change.stateMachineArn);
      await deployed;
      await aws.bus.put(statusChangeEvent(change)).delivered;
    },
  });
}

/** Source: "Step Functions Execution Status Change" in the Step Functions developer guide. */
function statusChangeEvent(change: StatusChangeEvent): NewEvent {
  return {
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    resources: [change.executionArn],
    detail: { ...change },
  };
}

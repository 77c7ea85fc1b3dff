import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type FunctionSpec, type RuleSpec, trainingImages } from "@longhaul/functions/manifest";
import { EventSources } from "../lambda/event-sources.js";
import type { Mapping } from "../lambda/mapping.js";
import type { Account } from "../lambda/names.js";
import { createLambda, type Lambda, type LambdaOptions } from "../lambda/service.js";
import { listen } from "../listen.js";
import type { Logger } from "../log.js";
import { openOutbox } from "../outbox/outbox.js";
import { openS3, type S3 } from "../s3/service.js";
import { machineEnvironment } from "../env.js";
import { openSageMaker, type SageMaker } from "../sagemaker/service.js";
import { Scheduler } from "../scheduler/service.js";
import { openSecretsManager, type SecretsManager } from "../secrets-manager/service.js";
import { openSns, type Sns } from "../sns/service.js";
import { openSqs, type Sqs } from "../sqs/service.js";
import type { Realtime } from "../realtime/service.js";
import { RecordStore } from "../store/record-store.js";
import { createEndpoint, type StepFunctionsServer } from "./endpoint.js";
import { createEventBus, type EventBus } from "./event-bus.js";

export interface AwsOptions extends Account {
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly functions: readonly FunctionSpec[];
  readonly rules: readonly RuleSpec[];
  /** What each function finds in process.env besides its own settings and AWS's. */
  readonly environment: (spec: FunctionSpec, endpointUrl: string) => Record<string, string>;
  readonly logger: Logger;
  /** How long a training program may take to end when it is told to. */
  readonly trainingGraceMs?: number;
  readonly lambda?: Pick<LambdaOptions, "concurrency" | "processes" | "idleMs" | "retryDelaysMs">;
}

/** What is there only after the endpoint. */
interface Joining {
  readonly stepFunctions: StepFunctionsServer;
  readonly realtime?: Pick<Realtime, "feed">;
}

/** The local AWS behind its one endpoint; Step Functions joins when it is open. */
export interface LocalAws {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  readonly lambda: Lambda;
  readonly bus: EventBus;
  /** The queues; its `faults` double deliveries where a test asks for it. */
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly secretsManager: SecretsManager;
  readonly scheduler: Scheduler;
  readonly eventSources: EventSources;
  /** Training jobs; its `faults` end them, or make them stand still. */
  readonly sageMaker: SageMaker;
  /** Makes a bucket that is to be there. */
  ensureBucket(name: string): Promise<void>;
  /** The buckets, as the state machine engine sees them. */
  readonly objects: S3["objects"];
  /** Step Functions joins, and Realtime's feed what can be made to fail. */
  attach(joining: Joining): void;
  close(): Promise<void>;
}

/**
 * Starts the endpoint with Lambda, EventBridge, Scheduler, S3, SageMaker, Secrets Manager, SES, SNS and SQS behind it.
 *
 * @throws StartError when the port is taken or may not be used
 */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { region, accountId, logger, host } = options;
  const place = { url: "" };
  const { services, closeStores } = await openServices(options, place);
  const { lambda, bus, eventSources, outbox, s3 } = services;
  let joined: Partial<Joining> = {};
  const server = createEndpoint({
    ...{ ...services, region, accountId, logger, host },
    stepFunctions: () => joined.stepFunctions ?? null,
    realtime: () => joined.realtime ?? null,
  });
  await listen(server, {
    port: options.port,
    host,
    what: "the AWS endpoint",
    variable: "LONGHAUL_AWS_PORT",
  }).catch(async (error) => {
    await closeStores();
    throw error;
  });
  let closing: Promise<void> | null = null;
  const close = async () => {
    await bus.close();
    server.close();
    const { ended } = eventSources.close();
    await lambda.close();
    await ended;
    server.closeAllConnections();
    await closeStores();
    await outbox.close();
  };
  place.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...services,
    url: place.url,
    ensureBucket: s3.ensureBucket,
    objects: s3.objects,
    attach(joining) {
      joined = joining;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Opens what is behind the endpoint, before it has an address; `place` is filled when it has. */
async function openServices(options: AwsOptions, place: { readonly url: string }) {
  const { region, accountId, dataDir, logger } = options;
  const account = { region, accountId, logger };
  const outbox = await openOutbox(join(dataDir, "outbox.jsonl"));
  const s3 = await openS3({ folder: join(dataDir, "s3"), region, logger });
  const sqs = await openSqs({ folder: join(dataDir, "sqs"), ...account });
  const { queues } = sqs;
  const sns = openSns({ folder: join(dataDir, "sns"), ...account, outbox, queues });
  const mappings = new RecordStore(join(dataDir, "event-sources"), 1);
  const lambda = createLambda({
    ...{ ...options.lambda, ...account },
    functions: options.functions,
    environment: (spec) => options.environment(spec, place.url),
    logFolder: join(dataDir, "logs", "lambda"),
  });
  const bus = createEventBus({ ...account, rules: options.rules, lambda });
  const records = mappings.table<Mapping>("mappings");
  const eventSources = new EventSources({ ...account, queues, lambda, records });
  const folder = join(dataDir, "secrets-manager");
  const secretsManager = openSecretsManager({ ...account, folder, functions: lambda });
  const scheduler = new Scheduler({ ...account, folder: join(dataDir, "scheduler"), lambda });
  const sageMaker = openSageMaker({
    ...{ ...account, folder: join(dataDir, "sagemaker") },
    logFolder: join(dataDir, "logs", "training"),
    objects: s3.objects,
    images: trainingImages,
    environment: machineEnvironment(),
    ...(options.trainingGraceMs !== undefined && { graceMs: options.trainingGraceMs }),
  });
  const closeStores = async () => {
    for (const store of [sageMaker, scheduler, secretsManager, s3, sns, sqs, mappings]) await store.close();
  };
  const services = { outbox, s3, sqs, sns, lambda, bus, eventSources, secretsManager, scheduler, sageMaker };
  return { services, closeStores };
}

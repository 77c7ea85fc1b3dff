import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type FunctionSpec, type RuleSpec, trainingImages } from "@longhaul/functions/manifest";
import { EventSources } from "../lambda/event-sources.js";
import type { Mapping } from "../lambda/mapping.js";
import type { Account } from "../lambda/names.js";
import { createLambda, type Lambda, type LambdaOptions } from "../lambda/service.js";
import type { Logger } from "../log.js";
import { openOutbox } from "../outbox/outbox.js";
import { StartError } from "../postgres/start-error.js";
import { openS3, type S3 } from "../s3/service.js";
import { machineEnvironment } from "../env.js";
import { openSageMaker, type SageMaker } from "../sagemaker/service.js";
import { Scheduler } from "../scheduler/service.js";
import { openSecretsManager, type SecretsManager } from "../secrets-manager/service.js";
import { openSns, type Sns } from "../sns/service.js";
import { openSqs, type Sqs } from "../sqs/service.js";
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
  attachStepFunctions(stepFunctions: StepFunctionsServer): void;
  close(): Promise<void>;
}

/**
 * Starts the endpoint with Lambda, EventBridge, S3, Secrets Manager, SES, SNS and SQS behind it.
 *
 * @throws StartError when the port is taken or may not be used
 */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { region, accountId, dataDir, logger, host } = options;
  const outbox = await openOutbox(join(dataDir, "outbox.jsonl"));
  const s3 = await openS3({ folder: join(dataDir, "s3"), region, logger });
  const sqs = await openSqs({ folder: join(dataDir, "sqs"), region, accountId, logger });
  const { queues } = sqs;
  const sns = openSns({ folder: join(dataDir, "sns"), region, accountId, outbox, queues, logger });
  const mappings = new RecordStore(join(dataDir, "event-sources"), 1);
  let url = "";
  const lambda = createLambda({
    ...options.lambda,
    region,
    accountId,
    logger,
    functions: options.functions,
    environment: (spec) => options.environment(spec, url),
    logFolder: join(dataDir, "logs", "lambda"),
  });
  const bus = createEventBus({ region, accountId, rules: options.rules, lambda, logger });
  const eventSources = new EventSources({
    ...{ region, accountId, queues, lambda, logger },
    records: mappings.table<Mapping>("mappings"),
  });
  const secretsManager = openSecretsManager({
    ...{ folder: join(dataDir, "secrets-manager"), region, accountId, functions: lambda, logger },
  });
  const scheduler = new Scheduler({ folder: join(dataDir, "scheduler"), region, accountId, lambda, logger });
  const sageMaker = openSageMaker({
    ...{ folder: join(dataDir, "sagemaker"), region, accountId, logger },
    logFolder: join(dataDir, "logs", "training"),
    objects: s3.objects,
    images: trainingImages,
    environment: machineEnvironment(),
    ...(options.trainingGraceMs !== undefined && { graceMs: options.trainingGraceMs }),
  });
  const closeStores = async () => {
    await sageMaker.close();
    await scheduler.close();
    await secretsManager.close();
    await s3.close();
    await sns.close();
    await sqs.close();
    await mappings.close();
  };
  let stepFunctions: StepFunctionsServer | null = null;
  const server = createEndpoint({
    ...{ region, accountId, lambda, bus, outbox, s3, sageMaker, sqs, sns, secretsManager, scheduler },
    ...{ eventSources, logger, host },
    stepFunctions: () => stepFunctions,
  });
  await listen(server, options.port, host, "the AWS endpoint", "LONGHAUL_AWS_PORT").catch(async (error) => {
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
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    lambda,
    bus,
    sqs,
    sns,
    secretsManager,
    scheduler,
    eventSources,
    sageMaker,
    ensureBucket: s3.ensureBucket,
    objects: s3.objects,
    attachStepFunctions(given) {
      stepFunctions = given;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

type Listener = ReturnType<typeof createEndpoint>;

/** Listens, or says in a sentence which variable chooses another port. */
async function listen(
  server: Listener,
  port: number,
  host: string,
  what: string,
  variable: string,
): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new StartError(
        `Port ${port} is taken by another program: stop that one, or choose another port for ${what} with ${variable}.`,
      );
    }
    throw new StartError(
      `Port ${port} for ${what} cannot be used (${message}): choose another with ${variable}.`,
    );
  }
}

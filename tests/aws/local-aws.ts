import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionSpec, RuleSpec } from "@longhaul/functions/manifest";
import { type AwsOptions, type LocalAws, startAws } from "@longhaul/local";

/** The settings of any AWS client against the endpoint; the credentials are anything. */
export interface ClientSettings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

export interface TestAws extends AsyncDisposable {
  aws: LocalAws;
  dataDir: string;
  client: ClientSettings;
  errors: string[];
  warnings: string[];
}

/** A function of tests/aws/handlers. */
export function testFunction(
  name: string,
  over: Partial<FunctionSpec> & { file?: string } = {},
): FunctionSpec {
  const { file = "behaviours.mjs", ...rest } = over;
  return {
    name,
    entry: new URL(`./handlers/${file}`, import.meta.url),
    environment: {},
    memoryMb: 128,
    timeoutSeconds: 20,
    databaseRole: null,
    permissions: [],
    managesRuns: false,
    concurrency: 1,
    reservedConcurrency: null,
    host: null,
    ...rest,
  };
}

/** Starts the local AWS without Step Functions on a free port, with a folder of its own. */
export async function startTestAws(
  functions: FunctionSpec[],
  options: {
    rules?: RuleSpec[];
    dataDir?: string;
    lambda?: AwsOptions["lambda"];
    trainingGraceMs?: number;
    environment?: AwsOptions["environment"];
  } = {},
): Promise<TestAws> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "longhaul-aws-")));
  const errors: string[] = [];
  const warnings: string[] = [];
  const aws = await startAws({
    dataDir,
    port: 0,
    host: "127.0.0.1",
    region: "us-east-1",
    accountId: "000000000000",
    functions,
    rules: options.rules ?? [],
    environment: options.environment ?? (() => ({})),
    logger: {
      info: () => {},
      warn: (message) => warnings.push(message),
      error: (message) => errors.push(message),
    },
    lambda: options.lambda,
    ...(options.trainingGraceMs !== undefined && { trainingGraceMs: options.trainingGraceMs }),
  });
  aws.eventSources.start();
  const client = {
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "anything", secretAccessKey: "anything" },
    maxAttempts: 1,
  };
  return {
    aws,
    dataDir,
    client,
    errors,
    warnings,
    async [Symbol.asyncDispose]() {
      await aws.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

import { FUNCTION_ARN } from "../core/function-name.js";
import { CALLS } from "../core/parameters.js";

/** What a Task calls. `pattern`: how it waits for the answer. */
export type Resource = { kind: "function" | "activity" } | Integration;

export interface Integration {
  kind: "integration";
  service: string;
  action: string;
  pattern: string;
}

const ACTIVITY_ARN = /^arn:aws[a-z-]*:states:[^:]+:[^:]*:activity:[^:]+$/;
const ANY_FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[^:]*:[^:]*:function:[^:]+(:[^:]+)?$/;
const INTEGRATION_ARN = /^arn:aws[a-z-]*:states:[^:]*:[^:]*:([^.]+)$/;
const SDK_ACTION = /^aws-sdk:[a-z0-9]+:[A-Za-z0-9]+$/;
const PATTERN = /\.(sync:2|sync|waitForTaskToken)$/;

/**
 * The optimised integrations and the patterns of each, besides the plain request
 * (https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html).
 */
const INTEGRATIONS = new Map<string, Set<string>>();
const SYNC = ["sync"];
const TOKEN = ["waitForTaskToken"];

function offer(service: string, actions: string, patterns: string[] = []): void {
  for (const action of actions.split(" ")) INTEGRATIONS.set(`${service}:${action}`, new Set(patterns));
}

offer("apigateway", "invoke", TOKEN);
offer("athena", "startQueryExecution", SYNC);
offer("athena", "stopQueryExecution getQueryExecution getQueryResults");
offer("batch", "submitJob", SYNC);
offer("bedrock", "invokeModel", TOKEN);
offer("bedrock", "createModelCustomizationJob", SYNC);
offer("bedrock-agentcore", "invokeAgentRuntime");
offer("codebuild", "startBuild startBuildBatch retryBuildBatch retryBuild", SYNC);
offer("codebuild", "stopBuild stopBuildBatch batchDeleteBuilds batchGetReports deleteBuildBatch");
offer("databrew", "startJobRun", SYNC);
offer("dynamodb", "getItem putItem updateItem deleteItem");
offer("ecs", "runTask", [...SYNC, ...TOKEN]);
offer(
  "eks",
  "createCluster createFargateProfile createNodegroup deleteCluster deleteFargateProfile deleteNodegroup",
  SYNC,
);
offer("eks", "runJob", SYNC);
offer("eks", "call", TOKEN);
offer("elasticmapreduce", "createCluster terminateCluster addStep", SYNC);
offer(
  "elasticmapreduce",
  "cancelStep setClusterTerminationProtection modifyInstanceFleetByName modifyInstanceGroupByName",
);
offer("emr-containers", "createVirtualCluster");
offer("emr-containers", "deleteVirtualCluster startJobRun", SYNC);
offer(
  "emr-serverless",
  "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun",
  SYNC,
);
offer("events", "putEvents", TOKEN);
offer("glue", "startJobRun", SYNC);
offer("http", "invoke");
offer("lambda", "invoke", TOKEN);
offer("mediaconvert", "createJob", SYNC);
offer("sagemaker", "createEndpoint createEndpointConfig createModel updateEndpoint");
offer(
  "sagemaker",
  "createHyperParameterTuningJob createLabelingJob createProcessingJob createTrainingJob createTransformJob",
  SYNC,
);
offer("sns", "publish", TOKEN);
offer("sqs", "sendMessage", TOKEN);
offer("states", "startExecution", ["sync", "sync:2", ...TOKEN]);

/** Reads a Task's Resource; undefined for one that AWS does not recognise. */
export function readResource(arn: string): Resource | undefined {
  if (FUNCTION_ARN.test(arn) || ANY_FUNCTION_ARN.test(arn)) return { kind: "function" };
  if (ACTIVITY_ARN.test(arn)) return { kind: "activity" };
  const pattern = PATTERN.exec(arn)?.[1] ?? "request";
  const called = INTEGRATION_ARN.exec(pattern === "request" ? arn : arn.slice(0, -pattern.length - 1))?.[1];
  if (called === undefined) return undefined;
  const cut = called.lastIndexOf(":");
  const resource = {
    kind: "integration" as const,
    service: called.slice(0, cut),
    action: called.slice(cut + 1),
    pattern,
  };
  if (SDK_ACTION.test(called))
    return pattern === "request" || pattern === "waitForTaskToken" ? resource : undefined;
  const patterns = INTEGRATIONS.get(called);
  return patterns !== undefined && (pattern === "request" || patterns.has(pattern)) ? resource : undefined;
}

/** The parameters of the integrations that are known here: those that must be given, and the others. */
const PARAMETERS = new Map<string, { required: readonly string[]; optional?: readonly string[] }>([
  ...[...CALLS].map(
    ([call, { required, optional }]) =>
      [call, { required: [required], optional: Object.keys(optional) }] as const,
  ),
  [
    "sqs:sendMessage",
    {
      required: ["QueueUrl", "MessageBody"],
      optional: [
        "DelaySeconds",
        "MessageAttributes",
        "MessageSystemAttributes",
        "MessageDeduplicationId",
        "MessageGroupId",
      ],
    },
  ],
  ["sns:publish", { required: ["Message"] }],
  ["dynamodb:getItem", { required: ["TableName", "Key"] }],
  ["dynamodb:putItem", { required: ["TableName", "Item"] }],
  ["dynamodb:updateItem", { required: ["TableName", "Key"] }],
  ["dynamodb:deleteItem", { required: ["TableName", "Key"] }],
  ["events:putEvents", { required: ["Entries"] }],
  ["ecs:runTask", { required: ["TaskDefinition"] }],
  ["glue:startJobRun", { required: ["JobName"] }],
]);

/**
 * Parameters of the SDK integrations begin with a capital, whatever the API itself calls them
 * (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html).
 */
const isCamelCase = (name: string): boolean => /^[a-z]/.test(name);

/** What an integration's Parameters or Arguments lack, and which of them it does not have. */
export function checkParameters(
  service: string,
  action: string,
  given: string[],
): { missing: string[]; unknown: string[] } {
  const names = new Set(given.map((name) => name.replace(/\.\$$/, "")));
  const known = PARAMETERS.get(`${service}:${action}`);
  if (known === undefined)
    return { missing: [], unknown: service.startsWith("aws-sdk:") ? [...names].filter(isCamelCase) : [] };
  const unknown =
    known.optional === undefined
      ? []
      : [...names].filter((name) => ![...known.required, ...(known.optional ?? [])].includes(name));
  return { missing: known.required.filter((name) => !names.has(name)), unknown };
}

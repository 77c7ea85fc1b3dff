import { anything, fields, flag, list, mapOf, number, oneOf, text, type Shape } from "../shape.js";

const version = text({ min: 1, max: 1024 });
const invoked = {
  StatusCode: number(),
  FunctionError: text(),
  LogResult: text(),
  ExecutedVersion: version,
};
const failureNote = fields({ ErrorCode: text(), Message: text() });
const configuration = {
  FunctionName: text({ min: 1, max: 256 }),
  FunctionArn: text({ max: 10_000 }),
  Runtime: text(),
  Role: text(),
  Handler: text({ max: 128 }),
  CodeSize: number(),
  Description: text({ max: 256 }),
  Timeout: number({ min: 1 }),
  // As recorded on AWS; Lambda's own model has since grown.
  MemorySize: number({ min: 128, max: 10_240 }),
  LastModified: text(),
  CodeSha256: text(),
  Version: version,
  VpcConfig: fields({
    SubnetIds: list(text()),
    SecurityGroupIds: list(text()),
    VpcId: text(),
    Ipv6AllowedForDualStack: flag,
  }),
  DeadLetterConfig: fields({ TargetArn: text() }),
  Environment: fields({ Variables: mapOf(text()), Error: failureNote }),
  KMSKeyArn: text(),
  TracingConfig: fields({ Mode: oneOf("Active", "PassThrough") }),
  MasterArn: text({ max: 10_000 }),
  RevisionId: text(),
  Layers: list(fields({ Arn: text({ min: 1, max: 140 }), CodeSize: number() })),
  State: oneOf(
    "Pending",
    "Active",
    "Inactive",
    "Failed",
    "Deactivating",
    "Deactivated",
    "ActiveNonInvocable",
    "Deleting",
  ),
  StateReason: text(),
  StateReasonCode: text(),
  LastUpdateStatus: oneOf("Successful", "Failed", "InProgress"),
  LastUpdateStatusReason: text(),
  LastUpdateStatusReasonCode: text(),
  FileSystemConfigs: list(
    fields({ Arn: text({ max: 256 }), LocalMountPath: text({ max: 160 }) }, ["Arn", "LocalMountPath"]),
  ),
  PackageType: oneOf("Zip", "Image"),
  Architectures: list(oneOf("x86_64", "arm64")),
  EphemeralStorage: fields({ Size: number({ min: 512, max: 10_240 }) }, ["Size"]),
  SnapStart: fields({ ApplyOn: oneOf("PublishedVersions", "None"), OptimizationStatus: oneOf("On", "Off") }),
  LoggingConfig: fields({
    LogFormat: oneOf("JSON", "Text"),
    ApplicationLogLevel: oneOf("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
    SystemLogLevel: oneOf("DEBUG", "INFO", "WARN"),
    LogGroup: text({ min: 1, max: 512 }),
  }),
};

export const lambda: Record<string, Shape> = {
  // Payload is the function's own value with the optimised integration, and bytes with the SDK's.
  "lambda:invoke": fields({ ...invoked, Payload: anything }),
  "aws-sdk:lambda:invoke": fields({ ...invoked, Payload: text() }),
  "lambda:getFunction": fields({
    Configuration: fields(configuration),
    Code: fields({ RepositoryType: text(), Location: text(), ImageUri: text(), ResolvedImageUri: text() }),
    Tags: mapOf(text()),
    TagsError: fields({ ErrorCode: text({ min: 10, max: 21 }), Message: text({ min: 84, max: 1000 }) }, [
      "ErrorCode",
      "Message",
    ]),
    Concurrency: fields({ ReservedConcurrentExecutions: number({ min: 0 }) }),
  }),
  "lambda:getFunctionConfiguration": fields(configuration),
};

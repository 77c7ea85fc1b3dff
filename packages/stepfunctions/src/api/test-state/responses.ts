// The responses of common services, for checking mocked results. Names, types and bounds are those of the services'
// published API references, as Step Functions shows them (members begin with a capital; dates and bytes are strings).
// A response that is not here is not checked.

import { anything, fields, flag, list, mapOf, number, oneOf, type Shape, text } from "./shape.js";

const arn = text({ min: 1, max: 256 });
const payload = text({ max: 262_144 });
const included = fields({ Included: flag });

const startExecution = fields({ ExecutionArn: arn, StartDate: text() }, ["ExecutionArn", "StartDate"]);

const execution = {
  ExecutionArn: arn,
  StateMachineArn: arn,
  Name: text({ min: 1, max: 80 }),
  StartDate: text(),
  StopDate: text(),
  InputDetails: included,
  OutputDetails: included,
  TraceHeader: text({ max: 256 }),
  Error: text({ max: 256 }),
  Cause: text({ max: 32_768 }),
};
const described = {
  ...execution,
  Status: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"),
  StateMachineVersionArn: arn,
  StateMachineAliasArn: arn,
  MapRunArn: text({ min: 1, max: 2000 }),
  RedriveCount: number(),
  RedriveDate: text(),
  RedriveStatus: oneOf("REDRIVABLE", "NOT_REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"),
  RedriveStatusReason: payload,
};
const describedRequired = ["ExecutionArn", "StateMachineArn", "Status", "StartDate"];
const describeExecution = fields({ ...described, Input: payload, Output: payload }, describedRequired);

const stepFunctions: Record<string, Shape> = {
  "states:startExecution": startExecution,
  "states:startExecution.sync": describeExecution,
  // The child's input and output are values here, not text.
  "states:startExecution.sync:2": fields(
    { ...described, Input: anything, Output: anything },
    describedRequired,
  ),
  "states:describeExecution": describeExecution,
  "states:startSyncExecution": fields(
    {
      ...execution,
      Status: oneOf("SUCCEEDED", "FAILED", "TIMED_OUT"),
      Input: payload,
      Output: payload,
      BillingDetails: fields({
        BilledMemoryUsedInMB: number({ min: 0 }),
        BilledDurationInMilliseconds: number({ min: 0 }),
      }),
    },
    ["ExecutionArn", "StartDate", "StopDate", "Status"],
  ),
  "states:stopExecution": fields({ StopDate: text() }, ["StopDate"]),
};

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

const lambda: Record<string, Shape> = {
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

const attributeFields: Record<string, Shape> = {
  S: text(),
  N: text(),
  B: text(),
  SS: list(text()),
  NS: list(text()),
  BS: list(text()),
  NULL: flag,
  BOOL: flag,
};
const attribute = fields(attributeFields);
attributeFields.M = mapOf(attribute);
attributeFields.L = list(attribute);
const item = mapOf(attribute);
const capacity = { CapacityUnits: number(), ReadCapacityUnits: number(), WriteCapacityUnits: number() };
const consumedCapacity = fields({
  TableName: text({ min: 1, max: 1024 }),
  ...capacity,
  Table: fields(capacity),
  LocalSecondaryIndexes: mapOf(fields(capacity)),
  GlobalSecondaryIndexes: mapOf(fields(capacity)),
});
const written = fields({
  Attributes: item,
  ConsumedCapacity: consumedCapacity,
  ItemCollectionMetrics: fields({ ItemCollectionKey: item, SizeEstimateRangeGB: list(number()) }),
});
const found = fields({
  Items: list(item),
  Count: number(),
  ScannedCount: number(),
  LastEvaluatedKey: item,
  ConsumedCapacity: consumedCapacity,
});

const dynamodb: Record<string, Shape> = {
  "dynamodb:getItem": fields({ Item: item, ConsumedCapacity: consumedCapacity }),
  "dynamodb:putItem": written,
  "dynamodb:updateItem": written,
  "dynamodb:deleteItem": written,
  "dynamodb:query": found,
  "dynamodb:scan": found,
};

const requester = oneOf("requester");
const encryption = {
  ServerSideEncryption: oneOf("AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"),
  SSECustomerAlgorithm: text(),
  SSECustomerKeyMD5: text(),
  SSEKMSKeyId: text(),
  BucketKeyEnabled: flag,
};
const checksums = {
  ChecksumCRC32: text(),
  ChecksumCRC32C: text(),
  ChecksumCRC64NVME: text(),
  ChecksumSHA1: text(),
  ChecksumSHA256: text(),
  ChecksumType: oneOf("COMPOSITE", "FULL_OBJECT"),
};
const storageClass = oneOf(
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "OUTPOSTS",
  "GLACIER_IR",
  "SNOW",
  "EXPRESS_ONEZONE",
  "FSX_OPENZFS",
  "FSX_ONTAP",
);
const object = {
  ...encryption,
  ...checksums,
  DeleteMarker: flag,
  AcceptRanges: text(),
  Expiration: text(),
  Restore: text(),
  LastModified: text(),
  ContentLength: number(),
  ETag: text(),
  MissingMeta: number(),
  VersionId: text(),
  CacheControl: text(),
  ContentDisposition: text(),
  ContentEncoding: text(),
  ContentLanguage: text(),
  ContentRange: text(),
  ContentType: text(),
  Expires: text(),
  WebsiteRedirectLocation: text(),
  Metadata: mapOf(text()),
  StorageClass: storageClass,
  RequestCharged: requester,
  ReplicationStatus: oneOf("COMPLETE", "PENDING", "FAILED", "REPLICA", "COMPLETED"),
  PartsCount: number(),
  TagCount: number(),
  ObjectLockMode: oneOf("GOVERNANCE", "COMPLIANCE"),
  ObjectLockRetainUntilDate: text(),
  ObjectLockLegalHoldStatus: oneOf("ON", "OFF"),
};

const s3: Record<string, Shape> = {
  "s3:getObject": fields({ ...object, Body: text() }),
  "s3:headObject": fields({ ...object, ArchiveStatus: oneOf("ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS") }),
  "s3:putObject": fields({
    ...encryption,
    ...checksums,
    Expiration: text(),
    ETag: text(),
    VersionId: text(),
    SSEKMSEncryptionContext: text(),
    Size: number(),
    RequestCharged: requester,
  }),
  "s3:deleteObject": fields({ DeleteMarker: flag, VersionId: text(), RequestCharged: requester }),
  "s3:listObjectsV2": fields({
    IsTruncated: flag,
    Contents: list(
      fields({
        Key: text({ min: 1 }),
        LastModified: text(),
        ETag: text(),
        Size: number(),
        StorageClass: storageClass,
        Owner: fields({ DisplayName: text(), ID: text() }),
      }),
    ),
    Name: text(),
    Prefix: text(),
    Delimiter: text(),
    MaxKeys: number(),
    CommonPrefixes: list(fields({ Prefix: text() })),
    EncodingType: oneOf("url"),
    KeyCount: number(),
    ContinuationToken: text(),
    NextContinuationToken: text(),
    StartAfter: text(),
    RequestCharged: requester,
  }),
};

const sent = {
  MD5OfMessageBody: text(),
  MD5OfMessageAttributes: text(),
  MD5OfMessageSystemAttributes: text(),
  MessageId: text(),
  SequenceNumber: text(),
};
const messaging: Record<string, Shape> = {
  "sqs:sendMessage": fields(sent),
  "sqs:sendMessageBatch": fields(
    {
      Successful: list(fields({ Id: text(), ...sent }, ["Id", "MessageId", "MD5OfMessageBody"])),
      Failed: list(
        fields({ Id: text(), SenderFault: flag, Code: text(), Message: text() }, [
          "Id",
          "SenderFault",
          "Code",
        ]),
      ),
    },
    ["Successful", "Failed"],
  ),
  "sqs:receiveMessage": fields({
    Messages: list(
      fields({
        MessageId: text(),
        ReceiptHandle: text(),
        MD5OfBody: text(),
        Body: text(),
        Attributes: mapOf(text()),
        MD5OfMessageAttributes: text(),
      }),
    ),
  }),
  "sns:publish": fields({ MessageId: text(), SequenceNumber: text() }),
  "events:putEvents": fields({
    FailedEntryCount: number(),
    Entries: list(fields({ EventId: text({ max: 64 }), ErrorCode: text(), ErrorMessage: text() })),
  }),
};

const keyId = text({ min: 1, max: 2048 });
const ciphertext = text({ min: 1, max: 6144 });
const plaintext = text({ min: 1, max: 4096 });
const algorithm = oneOf("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE");
const secrets: Record<string, Shape> = {
  "kms:encrypt": fields({ CiphertextBlob: ciphertext, KeyId: keyId, EncryptionAlgorithm: algorithm }),
  "kms:decrypt": fields({
    KeyId: keyId,
    Plaintext: plaintext,
    EncryptionAlgorithm: algorithm,
    CiphertextForRecipient: ciphertext,
    KeyMaterialId: text({ min: 64, max: 64 }),
  }),
  "kms:generateDataKey": fields({
    CiphertextBlob: ciphertext,
    Plaintext: plaintext,
    KeyId: keyId,
    CiphertextForRecipient: ciphertext,
    KeyMaterialId: text({ min: 64, max: 64 }),
  }),
  "secretsmanager:getSecretValue": fields({
    ARN: text({ min: 20, max: 2048 }),
    Name: text({ min: 1, max: 256 }),
    VersionId: text({ min: 32, max: 64 }),
    SecretBinary: text({ min: 1, max: 65_536 }),
    SecretString: text({ min: 1, max: 65_536 }),
    VersionStages: list(text({ min: 1, max: 256 })),
    CreatedDate: text(),
  }),
  "ssm:getParameter": fields({
    Parameter: fields({
      Name: text({ min: 1, max: 2048 }),
      Type: oneOf("String", "StringList", "SecureString"),
      Value: text(),
      Version: number(),
      Selector: text({ max: 128 }),
      SourceResult: text(),
      LastModifiedDate: text(),
      ARN: text(),
      DataType: text({ max: 128 }),
    }),
  }),
};

const RESPONSES: Record<string, Shape> = {
  ...stepFunctions,
  ...lambda,
  ...dynamodb,
  ...s3,
  ...messaging,
  ...secrets,
};

/** Names that the SDK integrations have for services which the optimised ones call otherwise. */
const ALIASES: Record<string, string> = { "aws-sdk:sfn:": "states:", "aws-sdk:eventbridge:": "events:" };

/** What a service answers. `resource`: what follows arn:aws:states:::. undefined for a response that nothing is known of. */
export function responseOf(resource: string): Shape | undefined {
  if (Object.hasOwn(RESPONSES, resource)) return RESPONSES[resource];
  const alias = Object.keys(ALIASES).find((prefix) => resource.startsWith(prefix));
  const prefix = alias ?? "aws-sdk:";
  if (!resource.startsWith(prefix)) return undefined;
  const name = `${alias === undefined ? "" : ALIASES[alias]}${resource.slice(prefix.length)}`;
  return Object.hasOwn(RESPONSES, name) ? RESPONSES[name] : undefined;
}

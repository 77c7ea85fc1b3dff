import type { S3Request } from "./request.js";

const verbs = new Map(Object.entries({ GET: "Get", PUT: "Put", DELETE: "Delete" }));

/** What a query names besides the object or bucket itself, as it is called in the names of operations. */
const ofBuckets = new Map(
  Object.entries({
    accelerate: "AccelerateConfiguration",
    acl: "Acl",
    analytics: "AnalyticsConfiguration",
    cors: "Cors",
    encryption: "Encryption",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    inventory: "InventoryConfiguration",
    lifecycle: "LifecycleConfiguration",
    location: "Location",
    logging: "Logging",
    metadataConfiguration: "MetadataConfiguration",
    metrics: "MetricsConfiguration",
    notification: "NotificationConfiguration",
    "object-lock": "ObjectLockConfiguration",
    ownershipControls: "OwnershipControls",
    policy: "Policy",
    policyStatus: "PolicyStatus",
    publicAccessBlock: "PublicAccessBlock",
    replication: "Replication",
    requestPayment: "RequestPayment",
    tagging: "Tagging",
    versioning: "Versioning",
    website: "Website",
  }),
);
const ofObjects = new Map(
  Object.entries({
    acl: "Acl",
    attributes: "Attributes",
    "legal-hold": "LegalHold",
    retention: "Retention",
    tagging: "Tagging",
    torrent: "Torrent",
  }),
);

/** The name of the operation that a request asks for, in the words of the S3 API reference. */
export function operationOf(request: S3Request): string {
  if (request.bucket === null) return request.method === "GET" ? "ListBuckets" : `${request.method} /`;
  return request.key === null ? bucketOperation(request) : objectOperation(request);
}

function bucketOperation({ method, query }: S3Request): string {
  const named = subresource(method, query, ofBuckets, "Bucket");
  if (named !== null) return named;
  switch (method) {
    case "GET":
      if (query.has("uploads")) return "ListMultipartUploads";
      if (query.has("versions")) return "ListObjectVersions";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    case "PUT":
      return "CreateBucket";
    case "HEAD":
      return "HeadBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : "PostObject";
    default:
      return `${method} of a bucket`;
  }
}

function objectOperation({ method, query, header }: S3Request): string {
  const named = subresource(method, query, ofObjects, "Object");
  if (named !== null) return named;
  const upload = query.has("uploadId");
  const copies = header("x-amz-copy-source") !== undefined;
  switch (method) {
    case "GET":
      return upload ? "ListParts" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      if (upload) return copies ? "UploadPartCopy" : "UploadPart";
      return copies ? "CopyObject" : "PutObject";
    case "DELETE":
      return upload ? "AbortMultipartUpload" : "DeleteObject";
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      if (query.has("select")) return "SelectObjectContent";
      if (query.has("restore")) return "RestoreObject";
      return upload ? "CompleteMultipartUpload" : "PostObject";
    default:
      return `${method} of an object`;
  }
}

function subresource(
  method: string,
  query: URLSearchParams,
  names: ReadonlyMap<string, string>,
  level: string,
): string | null {
  const verb = verbs.get(method);
  for (const [name, words] of names)
    if (query.has(name) && verb !== undefined) return `${verb}${level}${words}`;
  return null;
}

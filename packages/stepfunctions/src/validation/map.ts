import { isObject } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import { referencePath } from "./paths.js";
import {
  type Check,
  checkObject,
  either,
  type Json,
  jsonataOnly,
  jsonPathOnly,
  shape,
  type Site,
} from "./shape.js";
import { callArguments, pathTemplate, template } from "./templates.js";
import { filledList, hasType, oneOf, text, whole } from "./values.js";

const PROCESSOR_CONFIG = shape({
  Mode: either(oneOf("INLINE", "DISTRIBUTED")),
  ExecutionType: either(oneOf("STANDARD", "EXPRESS")),
});

export const processorConfig: Check = (value, at, site) => {
  checkObject(value, at, site, PROCESSOR_CONFIG);
  if (!isObject(value)) return;
  const distributed = value.Mode === "DISTRIBUTED";
  if (distributed && !Object.hasOwn(value, "ExecutionType"))
    site.findings.error(at, "These fields are required: [ExecutionType]");
  if (!distributed && Object.hasOwn(value, "ExecutionType"))
    site.findings.error(at, "Field 'ExecutionType' is not supported");
  if (distributed && site.express)
    site.findings.error(
      `${at}/Mode`,
      "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
    );
};

const READER_CONFIG = shape(
  {
    InputType: either(oneOf("CSV", "JSON", "JSONL", "MANIFEST", "PARQUET")),
    CSVHeaderLocation: either(oneOf("FIRST_ROW", "GIVEN")),
    CSVHeaders: either(filledList(text)),
    CSVDelimiter: either(oneOf("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
    ManifestType: either(oneOf("ATHENA_DATA", "S3_INVENTORY")),
    Transformation: either(oneOf("NONE", "LOAD_AND_FLATTEN")),
    ItemsPointer: either(text),
    MaxItems: either(whole(0, 100_000_000)),
    MaxItemsPath: jsonPathOnly(referencePath()),
  },
  { atMostOne: [["MaxItems", "MaxItemsPath"]] },
);

const readerConfig: Check = (value, at, site) => {
  checkObject(value, at, site, READER_CONFIG);
  if (!isObject(value)) return;
  const has = (name: string) => Object.hasOwn(value, name);
  const csv =
    value.InputType === "CSV" || value.ManifestType !== undefined || value.Transformation !== undefined;
  if (value.InputType === "CSV" && !has("CSVHeaderLocation") && value.ManifestType === undefined)
    site.findings.error(at, "The field 'CSVHeaderLocation' is required but was missing");
  if (!csv && has("CSVHeaderLocation")) site.findings.error(at, "Field 'CSVHeaderLocation' is not supported");
  if (value.CSVHeaderLocation === "GIVEN" && !has("CSVHeaders"))
    site.findings.error(at, "These fields are required: [CSVHeaders]");
};

const READER = shape(
  {
    Resource: either(s3Resource("getObject", "listObjectsV2")),
    Parameters: jsonPathOnly(pathTemplate),
    Arguments: jsonataOnly(callArguments),
    ReaderConfig: either(readerConfig),
  },
  { required: ["Resource"] },
);

export const itemReader: Check = (value, at, site) => {
  checkObject(value, at, site, READER);
  if (!isObject(value)) return;
  needs(value, value.Resource === S3 + "getObject" ? ["Bucket", "Key"] : ["Bucket"], at, site);
};

const WRITER_CONFIG = shape({
  OutputType: either(oneOf("JSON", "JSONL")),
  Transformation: either(oneOf("NONE", "COMPACT", "FLATTEN")),
});

const WRITER = shape({
  Resource: either(s3Resource("putObject")),
  Parameters: jsonPathOnly(pathTemplate),
  Arguments: jsonataOnly(callArguments),
  WriterConfig: either((value, at, site) => checkObject(value, at, site, WRITER_CONFIG)),
});

export const resultWriter: Check = (value, at, site) => {
  checkObject(value, at, site, WRITER);
  if (!isObject(value)) return;
  if (Object.hasOwn(value, "Resource")) needs(value, ["Bucket"], at, site);
  else if (!Object.hasOwn(value, "WriterConfig"))
    site.findings.error(at, "These fields are required: [Resource]");
};

const BATCHER = shape(
  {
    MaxItemsPerBatch: either(whole(0)),
    MaxItemsPerBatchPath: jsonPathOnly(referencePath()),
    MaxInputBytesPerBatch: either(whole(0, MAX_PAYLOAD_BYTES)),
    MaxInputBytesPerBatchPath: jsonPathOnly(referencePath()),
    BatchInput: either(template()),
  },
  {
    atMostOne: [
      ["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
      ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
    ],
  },
);

export const itemBatcher: Check = (value, at, site) => checkObject(value, at, site, BATCHER);

const S3 = "arn:aws:states:::s3:";

function s3Resource(...actions: string[]): Check {
  const allowed = new RegExp(`^arn:aws[a-z-]*:states:::s3:(${actions.join("|")})$`);
  return (value, at, site) => {
    if (hasType("STRING", value, at, site) && !allowed.test(value as string))
      site.findings.error(at, "The field 'Resource' does not match any of the allowed values");
  };
}

function needs(value: Json, names: string[], at: string, site: Site): void {
  const field = site.language === "JSONata" ? "Arguments" : "Parameters";
  const given = value[field];
  if (!Object.hasOwn(value, field)) return site.findings.error(at, `These fields are required: [${field}]`);
  if (!isObject(given)) return;
  for (const name of names)
    if (!Object.hasOwn(given, name) && !(field === "Parameters" && Object.hasOwn(given, `${name}.$`)))
      site.findings.error(`${at}/${field}`, `The field '${name}' is required but was missing`);
}

const NOT_IN_LABELS = /[\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]/u;

export const label: Check = (value, at, site) => {
  if (!hasType("STRING", value, at, site)) return;
  const name = value as string;
  const bad =
    name.length > 40
      ? "exceeds the 40-character limit allowed by the service"
      : name === "" || NOT_IN_LABELS.test(name)
        ? "contains invalid characters"
        : undefined;
  if (bad !== undefined)
    site.findings.error(at, `Invalid Label name: '${name}' ${bad}`, "INVALID_LABEL_NAME");
};

const DISTRIBUTED_ONLY = [
  "ItemReader",
  "ItemBatcher",
  "ResultWriter",
  "Label",
  "ToleratedFailureCount",
  "ToleratedFailureCountPath",
  "ToleratedFailurePercentage",
  "ToleratedFailurePercentagePath",
];

/** AWS takes these fields in an inline Map as well, and then they do nothing there. */
export function warnOfDistributedOnly(state: Json, at: string, site: Site): void {
  if (isDistributed(state)) return;
  for (const field of DISTRIBUTED_ONLY)
    if (Object.hasOwn(state, field))
      site.findings.warning(
        `${at}/${field}`,
        `The field '${field}' has a meaning only in DISTRIBUTED mode`,
        "DISTRIBUTED_ONLY",
      );
}

/** The field that holds what a Map runs for each item. */
export function processorField(state: Json): "ItemProcessor" | "Iterator" {
  return Object.hasOwn(state, "ItemProcessor") ? "ItemProcessor" : "Iterator";
}

/** What the ProcessorConfig of a Map says. */
export function isDistributed(state: Json): boolean {
  return configOf(state)?.Mode === "DISTRIBUTED";
}

/** Whether the items of a Map run as EXPRESS executions. */
export function runsExpress(state: Json): boolean {
  return isDistributed(state) && configOf(state)?.ExecutionType === "EXPRESS";
}

function configOf(state: Json): Json | undefined {
  const processor = state[processorField(state)];
  const config = isObject(processor) ? processor.ProcessorConfig : undefined;
  return isObject(config) ? config : undefined;
}

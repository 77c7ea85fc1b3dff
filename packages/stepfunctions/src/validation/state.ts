import { isObject } from "../json.js";
import { MAX_SECONDS } from "../limits.js";
import { choices } from "./choice.js";
import { catchers, retry } from "./handlers.js";
import { itemBatcher, itemReader, label, resultWriter, warnOfDistributedOnly } from "./map.js";
import { jsonPath, jsonPathOrIntrinsic, looksLikePath, referencePath } from "./paths.js";
import { queryLanguage } from "./query-language.js";
import {
  checkObject,
  either,
  type Field,
  type Json,
  jsonataOnly,
  jsonPathOnly,
  type Shape,
  shape,
  type Site,
} from "./shape.js";
import { assign, callArguments, jsonataTemplate, pathTemplate, template } from "./templates.js";
import { checkTask, credentials, resource } from "./task.js";
import {
  anything,
  computedText,
  flag,
  hasType,
  oneOf,
  real,
  text,
  timeout,
  timestamp,
  whole,
} from "./values.js";

const WITH_RESULT = { result: true };

const common = {
  Type: either(text),
  Comment: either(text),
  QueryLanguage: either(oneOf("JSONPath", "JSONata")),
};
const paths = { InputPath: jsonPathOnly(jsonPath), OutputPath: jsonPathOnly(jsonPath) };
const leaving = { Next: either(text), End: either(flag) };
const result = {
  ResultPath: jsonPathOnly(referencePath({ nullable: true, result: true })),
  Parameters: jsonPathOnly(pathTemplate),
};
const work = {
  ...result,
  ResultSelector: jsonPathOnly(pathTemplate),
  Output: jsonataOnly(jsonataTemplate(WITH_RESULT)),
  Assign: either(assign(WITH_RESULT)),
  Retry: either(retry),
  Catch: either(catchers),
};
const plain = { Output: jsonataOnly(jsonataTemplate()), Assign: either(assign()) };
const LEAVES = ["Next", "End"];
// Checked by the machine's own walk: what is below is many levels deep.
const machine: Field = either(anything);
const withPath = (name: string) => [name, `${name}Path`];

/** The types of state with their fields (https://states-language.net/spec.html). */
const SHAPES = new Map<string, Shape>([
  [
    "Pass",
    shape(
      { ...common, ...paths, ...leaving, ...result, ...plain, Result: jsonPathOnly(anything) },
      { exactlyOne: [LEAVES] },
    ),
  ],
  [
    "Task",
    shape(
      {
        ...common,
        ...paths,
        ...leaving,
        ...work,
        Resource: either(resource),
        Arguments: jsonataOnly(callArguments),
        Credentials: either(credentials),
        TimeoutSeconds: either(timeout),
        TimeoutSecondsPath: jsonPathOnly(referencePath()),
        HeartbeatSeconds: either(timeout),
        HeartbeatSecondsPath: jsonPathOnly(referencePath()),
      },
      {
        required: ["Resource"],
        exactlyOne: [LEAVES],
        atMostOne: [withPath("TimeoutSeconds"), withPath("HeartbeatSeconds")],
      },
    ),
  ],
  [
    "Choice",
    shape(
      { ...common, ...paths, ...plain, Choices: either(choices), Default: either(text) },
      { required: ["Choices"] },
    ),
  ],
  [
    "Wait",
    shape(
      {
        ...common,
        ...paths,
        ...leaving,
        ...plain,
        Seconds: either(whole(0, MAX_SECONDS)),
        SecondsPath: jsonPathOnly(referencePath({ context: true })),
        Timestamp: either(timestamp),
        TimestampPath: jsonPathOnly(referencePath({ context: true })),
      },
      { exactlyOne: [LEAVES, [...withPath("Seconds"), ...withPath("Timestamp")]] },
    ),
  ],
  ["Succeed", shape({ ...common, ...paths, Output: jsonataOnly(jsonataTemplate()) })],
  [
    "Fail",
    shape(
      {
        ...common,
        Error: either(computedText),
        ErrorPath: jsonPathOnly(jsonPathOrIntrinsic),
        Cause: either(computedText),
        CausePath: jsonPathOnly(jsonPathOrIntrinsic),
      },
      { atMostOne: [withPath("Error"), withPath("Cause")] },
    ),
  ],
  [
    "Parallel",
    shape(
      { ...common, ...paths, ...leaving, ...work, Arguments: jsonataOnly(callArguments), Branches: machine },
      { required: ["Branches"], exactlyOne: [LEAVES] },
    ),
  ],
  [
    "Map",
    shape(
      {
        ...common,
        ...paths,
        ...leaving,
        ...work,
        ItemProcessor: machine,
        Iterator: machine,
        Items: jsonataOnly(items),
        ItemsPath: jsonPathOnly(referencePath({ nullable: true, context: true })),
        ItemSelector: either(template()),
        ItemReader: either(itemReader),
        ItemBatcher: either(itemBatcher),
        ResultWriter: either(resultWriter),
        MaxConcurrency: either(whole(0)),
        MaxConcurrencyPath: jsonPathOnly(referencePath()),
        ToleratedFailureCount: either(whole(0)),
        ToleratedFailureCountPath: jsonPathOnly(referencePath()),
        ToleratedFailurePercentage: either(real(0, 100)),
        ToleratedFailurePercentagePath: jsonPathOnly(referencePath()),
        Label: either(label),
      },
      {
        exactlyOne: [LEAVES, ["ItemProcessor", "Iterator"]],
        atMostOne: [
          ["ItemSelector", "Parameters"],
          withPath("MaxConcurrency"),
          withPath("ToleratedFailureCount"),
          withPath("ToleratedFailurePercentage"),
        ],
      },
    ),
  ],
]);

/** Items of a JSONata Map: a list, or an expression that gives a list or an object. */
function items(value: unknown, at: string, site: Site): void {
  if (typeof value === "string" ? !value.startsWith("{%") : typeof value !== "object" || value === null)
    site.findings.error(at, "Expected value of type [ARRAY]");
  else jsonataTemplate()(value, at, site);
}

/** The state types, in the order in which AWS names them. */
const TYPES = [...SHAPES.keys()];

/** Checks one state, without the states inside it and without where it leads. */
export function checkState(
  state: unknown,
  at: string,
  definition: Json,
  around: Pick<Site, "findings" | "express">,
): void {
  const { findings } = around;
  if (!isObject(state)) return findings.error(at, "Expected value of type [OBJECT]");
  const site: Site = { ...around, language: queryLanguage(definition, state) };
  if (site.language === "JSONPath" && queryLanguage(definition) === "JSONata") {
    site.downgraded = true;
    findings.error(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  }
  if (!Object.hasOwn(state, "Type")) return findings.error(at, "These fields are required: [Type]");
  if (!hasType("STRING", state.Type, `${at}/Type`, site)) return;
  const known = SHAPES.get(state.Type as string);
  if (known === undefined)
    return findings.error(`${at}/Type`, `Value should be one of the following: [${TYPES.join(", ")}]`);
  checkObject(state, at, site, known);
  checkTogether(state, at, site);
}

function checkTogether(state: Json, at: string, site: Site): void {
  if (state.Type === "Task") checkTask(state, at, site);
  if (state.Type === "Map") warnOfDistributedOnly(state, at, site);
  if (state.Type === "Pass" && looksLikePath(state.Result))
    site.findings.warning(
      `${at}/Result`,
      "The Result of a Pass state is not read as a path",
      "PASS_RESULT_IS_STATIC",
    );
  if (
    state.End === false &&
    !Object.hasOwn(state, "Next") &&
    SHAPES.get(String(state.Type))?.fields.has("Next")
  )
    site.findings.error(at, "This object should have only one of the following fields: [Next, End]");
}

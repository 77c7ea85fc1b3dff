import { MAX_EXPRESS_SECONDS } from "../limits.js";
import { compileCondition } from "../language/jsonpath/condition.js";
import { compilePayload } from "../language/jsonpath/payload.js";
import { compileTemplate } from "../language/template.js";
import { field, type Json, type Language, numeric, pathField, paths, result } from "./compile-fields.js";
import { readsPayloadOnly } from "./payload-only.js";
import { ACTIVITY_ARN, functionOf, SERVICE_ARN } from "./function-name.js";
import type {
  Catcher,
  ChoiceState,
  DistributedMap,
  FailState,
  Field,
  Machine,
  MapState,
  Next,
  Region,
  Resource,
  Retrier,
  State,
  TaskState,
  WaitState,
} from "./machine.js";

/**
 * Compiles a definition.
 * @param definition parsed and without errors (validation.ts)
 */
export function compileMachine(definition: Json): Machine {
  const regions: Region[] = [];
  const root = new Compiler(regions).region(definition, languageOf(definition, "JSONPath"));
  return { root, regions, timeoutSeconds: (definition.TimeoutSeconds as number | undefined) ?? null };
}

/** The machine of an item of a map run: the Map's processor by itself. */
export function machineOfRegion(machine: Machine, region: number): Machine {
  const root = machine.regions[region];
  if (root === undefined) throw new Error(`the machine has no part ${region}`);
  return { root, regions: machine.regions, timeoutSeconds: null };
}

/** The machine as an EXPRESS execution runs it: no longer than AWS lets one run. */
export function expressMachine({ root, regions, timeoutSeconds }: Machine): Machine {
  return {
    root,
    regions,
    timeoutSeconds: Math.min(timeoutSeconds ?? MAX_EXPRESS_SECONDS, MAX_EXPRESS_SECONDS),
  };
}

function languageOf({ QueryLanguage: language }: Json, otherwise: Language): Language {
  return (language as Language | undefined) ?? otherwise;
}

class Compiler {
  constructor(private readonly regions: Region[]) {}

  region(definition: Json, language: Language): Region {
    const region: Region = {
      id: this.regions.length,
      startAt: definition.StartAt as string,
      states: new Map(),
    };
    this.regions.push(region);
    for (const [name, state] of Object.entries(definition.States as Record<string, Json>))
      region.states.set(name, this.state(name, state, languageOf(state, language), language));
    return region;
  }

  private state(name: string, from: Json, language: Language, machineLanguage: Language): State {
    const common = { name, ...result(from, language), ...paths(from, language) };
    switch (from.Type) {
      case "Pass": {
        const given =
          language === "JSONPath" && from.Result !== undefined ? JSON.stringify(from.Result) : null;
        const parameters =
          language === "JSONPath" && from.Parameters !== undefined ? compilePayload(from.Parameters) : null;
        return { type: "Pass", ...common, parameters, result: given, next: nextOf(from) };
      }
      case "Succeed":
        return { type: "Succeed", ...common };
      case "Fail":
        return failState(common, from, language);
      case "Wait":
        return waitState(common, from, language);
      case "Choice":
        return choiceState(common, from, language);
      case "Task":
        return taskState({ ...common, ...calling(from, language) }, from, language);
      case "Parallel": {
        const branches = (from.Branches as Json[]).map((branch) =>
          this.region(branch, languageOf(branch, machineLanguage)),
        );
        return { type: "Parallel", ...common, ...calling(from, language), branches };
      }
      case "Map":
        return this.map({ ...common, ...calling(from, language) }, from, language, machineLanguage);
      default:
        throw new Error(`state '${name}' is of the type ${String(from.Type)}, which is not supported`);
    }
  }

  private map(
    common: Omit<
      MapState,
      "type" | "processor" | "items" | "itemSelector" | "maxConcurrency" | "distributed"
    >,
    from: Json,
    language: Language,
    machineLanguage: Language,
  ): MapState {
    const processor = (from.ItemProcessor ?? from.Iterator) as Json;
    const config = (processor.ProcessorConfig as Json | undefined) ?? {};
    const items = language === "JSONata" ? field(from, "Items", language) : pathField(from, "ItemsPath");
    // Parameters is ItemSelector's old name.
    const selector =
      from.ItemSelector === undefined && language === "JSONPath" ? "Parameters" : "ItemSelector";
    return {
      type: "Map",
      ...common,
      arguments: null,
      processor: this.region(processor, languageOf(processor, machineLanguage)),
      items,
      itemSelector: field(from, selector, language),
      maxConcurrency: numeric(from, "MaxConcurrency", language),
      distributed: config.Mode === "DISTRIBUTED" ? distributedMap(from, config, language) : null,
    };
  }
}

function distributedMap(from: Json, config: Json, language: Language): DistributedMap {
  const {
    ItemReader: reader,
    ItemBatcher: batcher,
    ResultWriter: writer,
    Label: label,
  } = from as Record<string, Json | undefined>;
  const parametersName = language === "JSONata" ? "Arguments" : "Parameters";
  const readerConfig = (reader?.ReaderConfig as Json | undefined) ?? {};
  return {
    executionType: config.ExecutionType === "EXPRESS" ? "EXPRESS" : "STANDARD",
    label: (label as string | undefined) ?? null,
    reader:
      reader === undefined
        ? null
        : {
            resource: reader.Resource as string,
            parameters: field(reader, parametersName, language),
            config: readerConfig,
            maxItems: numeric(readerConfig, "MaxItems", language),
          },
    batcher:
      batcher === undefined
        ? null
        : {
            maxItems: numeric(batcher, "MaxItemsPerBatch", language),
            maxBytes: numeric(batcher, "MaxInputBytesPerBatch", language),
            input: field(batcher, "BatchInput", language),
          },
    writer:
      writer === undefined
        ? null
        : {
            resource: (writer.Resource as string | undefined) ?? "",
            parameters: field(writer, parametersName, language),
            config: (writer.WriterConfig as Json | undefined) ?? {},
          },
    toleratedCount: numeric(from, "ToleratedFailureCount", language),
    toleratedPercentage: numeric(from, "ToleratedFailurePercentage", language),
  };
}

type Calling = Pick<TaskState, "arguments" | "resultSelector" | "retriers" | "catchers" | "next">;

function calling(from: Json, language: Language): Calling {
  return {
    arguments: field(from, language === "JSONata" ? "Arguments" : "Parameters", language),
    resultSelector:
      language === "JSONPath" && from.ResultSelector !== undefined
        ? compilePayload(from.ResultSelector)
        : null,
    retriers: ((from.Retry as Json[] | undefined) ?? []).map(retrier),
    catchers: ((from.Catch as Json[] | undefined) ?? []).map(
      (catcher): Catcher => ({
        ...result(catcher, language),
        errors: catcher.ErrorEquals as string[],
        next: catcher.Next as string,
      }),
    ),
    next: nextOf(from),
  };
}

type Common = Omit<FailState, "type" | "error" | "cause">;

function failState(common: Common, from: Json, language: Language): FailState {
  const read = (name: string): Field | string | null => {
    const value = from[name];
    if (language === "JSONata") return field(from, name, language);
    return typeof value === "string" ? value : pathField(from, `${name}Path`, { intrinsics: true });
  };
  return { type: "Fail", ...common, error: read("Error"), cause: read("Cause") };
}

function waitState(common: Common, from: Json, language: Language): WaitState {
  const { Timestamp: timestamp } = from;
  return {
    type: "Wait",
    ...common,
    seconds: numeric(from, "Seconds", language),
    timestamp:
      language === "JSONata"
        ? field(from, "Timestamp", language)
        : typeof timestamp === "string"
          ? timestamp
          : pathField(from, "TimestampPath"),
    next: nextOf(from),
  };
}

function choiceState(common: Common, from: Json, language: Language): ChoiceState {
  const rules = (from.Choices as Json[]).map((rule) => ({
    ...result(rule, language),
    condition:
      language === "JSONata"
        ? ({ language, template: compileTemplate(rule.Condition) } as const)
        : ({ language, test: compileCondition(rule) } as const),
    next: rule.Next as string,
  }));
  return { type: "Choice", ...common, rules, default: (from.Default as string | undefined) ?? null };
}

function taskState(common: Common & Calling, from: Json, language: Language): TaskState {
  const resource = resourceOf(from.Resource as string);
  const invokes =
    resource.kind === "service" && resource.service === "lambda" && resource.action.startsWith("invoke");
  return {
    type: "Task",
    ...common,
    resource,
    readsPayloadOnly: invokes && readsPayloadOnly(from, common),
    credentials: field(from, "Credentials", language),
    timeoutSeconds: numeric(from, "TimeoutSeconds", language),
    heartbeatSeconds: numeric(from, "HeartbeatSeconds", language),
  };
}

function nextOf(state: Json): Next {
  return state.End === true ? "end" : { state: state.Next as string };
}

function resourceOf(arn: string): Resource {
  const match = SERVICE_ARN.exec(arn);
  if (match !== null) {
    const [, name = "", service = "", action = "", pattern = ""] = match;
    return {
      kind: "service",
      name,
      service,
      action: pattern === "" ? action : `${action}.${pattern}`,
      pattern: pattern === "" ? "request" : (pattern as "sync" | "sync:2" | "waitForTaskToken"),
    };
  }
  if (ACTIVITY_ARN.test(arn)) return { kind: "activity", arn };
  return { kind: "function", arn, ...functionOf(arn) };
}

function retrier(from: Json): Retrier {
  return {
    errors: from.ErrorEquals as string[],
    intervalSeconds: (from.IntervalSeconds as number | undefined) ?? 1,
    maxAttempts: (from.MaxAttempts as number | undefined) ?? 3,
    backoffRate: (from.BackoffRate as number | undefined) ?? 2,
    maxDelaySeconds: (from.MaxDelaySeconds as number | undefined) ?? null,
    fullJitter: from.JitterStrategy === "FULL",
  };
}

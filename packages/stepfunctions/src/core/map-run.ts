import type { Maybe } from "../language/maybe.js";
import { Json } from "../json-text.js";
import { conclude, fieldText, type Stay } from "./flow.js";
import { failState, leave } from "./failure.js";
import { iterationInput, type MapItems } from "./map-items.js";
import { toleratedCountOf, toleratedPercentageOf, wholeNumberOf } from "./map-bounds.js";
import type { DistributedMap, Field, Machine, MapState } from "./machine.js";
import type { ExecutionState } from "./state.js";
import { type MapRunAnswer, type Settings, Turn } from "./turn.js";
import type { MapItem } from "./visit-scope.js";
import { perform, type Work } from "./work.js";

interface CallSpec {
  resource: string;
  parameters: string;
  config: Record<string, unknown>;
}

/** What a map run does: everything that its state's fields came to. JSON values are texts. */
export interface MapRunSpec {
  /** Name that the items' executions go under: the Label, or the state's name. */
  label: string;
  region: number;
  executionType: "STANDARD" | "EXPRESS";
  /** Texts of the items, or null where a reader gives them. */
  items: string[] | null;
  /** Keys of the items, where an object has given them. */
  keys?: string[] | null;
  /** As recorded on AWS, ItemsPath says nothing where there is a reader. */
  reader: CallSpec | null;
  batcher: { maxItems: number | null; maxBytes: number | null; input: string | null } | null;
  writer: CallSpec | null;
  maxConcurrency: number;
  toleratedCount: number | null;
  toleratedPercentage: number | null;
  /** For what is random in ItemSelector. */
  seed: string;
}

/** Starts a map run: at the state's entry and at each retry. */
export function* beginMapRun(
  stay: Stay,
  state: MapState,
  map: DistributedMap,
  input: Json,
  { items, maxConcurrency }: { items: MapItems; maxConcurrency: number },
): Work {
  const { turn, branch, visit } = stay;
  turn.emit(branch.id, "MapStateStarted", { length: items.values.length });
  const spec = yield* specOf(stay, state, map, input, { items, maxConcurrency });
  const { identity } = turn.state;
  const [, partition, , region, account] = identity.machineArn.split(":");
  const arn = `arn:${partition}:states:${region}:${account}:mapRun:${identity.machineName}/${spec.label}:${turn.random.uuid()}`;
  const then = { kind: "mapRun", arn, spec: JSON.stringify(spec) } as const;
  turn.emit(branch.id, "MapRunStarted", { mapRunArn: arn }, { then });
  if (branch.position.kind === "mapRun")
    turn.commands.push({
      type: "startMapRun",
      branch: branch.id,
      state: visit.state,
      run: branch.position.run,
    });
}

/** What a map run is to do, of a Map's fields. */
export function* specOf(
  stay: Stay,
  state: MapState,
  map: DistributedMap,
  input: Json,
  { items, maxConcurrency }: { items: MapItems; maxConcurrency: number },
): Work<MapRunSpec> {
  return {
    label: map.label ?? stay.visit.state,
    region: state.processor.id,
    executionType: map.executionType,
    items: map.reader === null ? items.values.map((item) => JSON.stringify(item)) : null,
    keys: items.keys,
    reader: map.reader === null ? null : yield* readerOf(stay, map.reader, input),
    batcher: map.batcher === null ? null : yield* batcherOf(stay, map.batcher, input),
    writer: map.writer === null ? null : yield* callOf(stay, map.writer, "ResultWriter", input),
    maxConcurrency,
    toleratedCount: yield* toleratedCountOf(stay, map.toleratedCount, input),
    toleratedPercentage: yield* toleratedPercentageOf(stay, map.toleratedPercentage, input),
    seed: stay.turn.random.uuid(),
  };
}

function* readerOf(stay: Stay, reader: NonNullable<DistributedMap["reader"]>, input: Json): Work<CallSpec> {
  const call = yield* callOf(stay, reader, "ItemReader", input);
  const maxItems = yield* wholeNumberOf(stay, reader.maxItems, "MaxItems", input);
  return maxItems === null ? call : { ...call, config: { ...call.config, MaxItems: maxItems } };
}

function* callOf(
  stay: Stay,
  {
    resource,
    parameters,
    config,
  }: { resource: string; parameters: Field | null; config: Record<string, unknown> },
  name: string,
  input: Json,
): Work<CallSpec> {
  const location =
    stay.turn.definition(stay.branch, stay.visit.state).language === "JSONata" ? "Arguments" : "Parameters";
  const text = parameters === null ? "{}" : yield* fieldText(stay, parameters, `${name}/${location}`, input);
  return { resource, parameters: text, config };
}

function* batcherOf(
  stay: Stay,
  { maxItems, maxBytes, input: field }: NonNullable<DistributedMap["batcher"]>,
  input: Json,
): Work<MapRunSpec["batcher"]> {
  return {
    maxItems: yield* wholeNumberOf(stay, maxItems, "MaxItemsPerBatch", input),
    maxBytes: yield* wholeNumberOf(stay, maxBytes, "MaxInputBytesPerBatch", input),
    input: field === null ? null : yield* fieldText(stay, field, "ItemBatcher/BatchInput", input),
  };
}

/** A map run has ended. */
export function* endMapRun(stay: Stay, state: MapState, answer: MapRunAnswer): Work {
  const { turn, branch } = stay;
  if (answer.kind === "failed") {
    const { error, cause } = answer;
    const failure = cause === undefined ? { error } : { error, cause };
    turn.emit(branch.id, "MapRunFailed", { ...(cause === undefined ? {} : { cause }), error });
    return yield* failState(stay, state, failure);
  }
  turn.emit(branch.id, "MapRunSucceeded", undefined);
  turn.emit(branch.id, "MapStateSucceeded", undefined, { aside: true });
  const result = Json.text(answer.output);
  const passed = yield* conclude(stay, state, result, { seen: { result } });
  leave(stay, state, passed, state.next);
}

/**
 * The input of the execution for one item of a map run, as JSON text: the item, or what ItemSelector makes of it.
 * The same item gives the same input whenever it is asked.
 * @throws StateFailure
 */
export function childInput(
  machine: Machine,
  state: ExecutionState,
  branchId: number,
  item: MapItem,
  { seed, settings }: { seed: string; settings: Settings },
): Maybe<string> {
  const branch = state.branches.get(branchId);
  if (branch?.position.kind !== "mapRun") throw new Error("the branch has no map run");
  const { visit } = branch.position;
  const event = { type: "advance", at: visit.enteredAt, seed: `${seed}:${item.index}` } as const;
  const turn = new Turn(machine, state, event, settings);
  const definition = turn.definition(branch, visit.state);
  if (definition.type !== "Map") throw new Error("only a Map has items");
  return perform(iterationInput({ turn, branch, visit }, definition, item));
}

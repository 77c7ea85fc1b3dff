// What a Map goes through, and what it makes of each item.

import { isObject } from "../json.js";
import { Json } from "../json-text.js";
import { StateFailure } from "../language/failure.js";
import { fieldText, fieldValue, filteredInput, type Stay } from "./flow.js";
import type { Field, MapState } from "./machine.js";
import type { MapItem } from "./visit-scope.js";
import type { Work } from "./work.js";

/** What a Map goes through: the values of a list, or of an object, with their keys. */
export interface MapItems {
  values: unknown[];
  keys: string[] | null;
}

type PathField = Extract<Field, { language: "JSONPath" }>;

export const NO_ITEMS: MapItems = { values: [], keys: null };

/** The items that a Map's own fields give. @throws StateFailure */
export function* itemsOf(stay: Stay, state: MapState, input: Json): Work<MapItems> {
  const { items: field } = state;
  if (field === null) {
    const own = readItems(input.value, state);
    if (own !== null) return own;
    // ItemsPath is $ where there is none.
    if (state.language === "JSONPath") throw noArray("$");
    const message = `Map state input must be an array but was: ${input.text}`;
    throw new StateFailure("States.QueryEvaluationError", message);
  }
  if (field.language === "JSONPath") return itemsAt(stay, state, field, input);
  const value = yield* fieldValue(stay, field, "Items", input);
  const found = readItems(value, state);
  if (found !== null) return found;
  const what =
    field.template.kind === "expression"
      ? `The JSONata expression '${field.template.expression.source}' specified for the field 'Items'`
      : "The field 'Items'";
  throw new StateFailure(
    "States.QueryEvaluationError",
    `${what} returned an unexpected result type. Expected 'array', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    { location: "Items" },
  );
}

function itemsAt({ turn, branch, visit }: Stay, state: MapState, field: PathField, input: Json): MapItems {
  if (!("path" in field)) throw new Error("ItemsPath holds a path");
  const { path } = field;
  const found = readItems(path.follow(turn.pathScope(branch, visit, input)), state);
  // As recorded on AWS, a path into the context object is named as one into that object.
  if (found === null) throw noArray(path.text.replace(/^\$\$/, "$"));
  return found;
}

function noArray(path: string): StateFailure {
  return new StateFailure("States.Runtime", `Reference path "${path}" must point to array.`);
}

/** As recorded on AWS, an inline Map takes lists alone; a distributed one goes through objects too. */
function readItems(value: unknown, { distributed }: MapState): MapItems | null {
  if (Array.isArray(value)) return { values: value as unknown[], keys: null };
  if (distributed === null || !isObject(value)) return null;
  return { values: Object.values(value), keys: Object.keys(value) };
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return typeof value;
}

/** The input of one item's iteration, as JSON text: the item, with its key where it has one, or what ItemSelector makes of it. */
export function* iterationInput(stay: Stay, state: MapState, item: MapItem): Work<string> {
  if (state.itemSelector === null)
    return item.key === undefined ? item.text : `{"Key":${JSON.stringify(item.key)},"Value":${item.text}}`;
  const seen = { item };
  const data = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state, seen);
  return yield* fieldText(stay, state.itemSelector, "ItemSelector", data, seen);
}

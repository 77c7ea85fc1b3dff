import { isObject } from "../json.js";
import { readerFailed } from "./failures.js";
import { MAX_ITEMS } from "./limits.js";

/** ItemReader.ReaderConfig with its paths and expressions evaluated. */
export interface ReaderConfig {
  inputType: string | null;
  manifestType: "ATHENA_DATA" | "S3_INVENTORY" | null;
  flatten: boolean;
  csvDelimiter: string;
  csvHeaders: readonly string[] | null;
  itemsPointer: string | null;
  maxItems: number;
}

/**
 * Reads a ReaderConfig, in which MaxItems stands for MaxItemsPath too.
 * @throws StateFailure States.ItemReaderFailed
 */
export function readerConfig(given: unknown): ReaderConfig {
  const config = isObject(given) ? given : {};
  const manifestType = word(config, "ManifestType");
  if (manifestType !== null && manifestType !== "ATHENA_DATA" && manifestType !== "S3_INVENTORY")
    throw readerFailed("ManifestType must be ATHENA_DATA or S3_INVENTORY.");
  return {
    inputType: word(config, "InputType"),
    manifestType,
    flatten: word(config, "Transformation") === "LOAD_AND_FLATTEN",
    csvDelimiter: word(config, "CSVDelimiter") ?? "COMMA",
    csvHeaders: headers(config),
    itemsPointer: pointer(config["ItemsPointer"]),
    maxItems: maxItems(config["MaxItems"]),
  };
}

function word(config: Record<string, unknown>, name: string): string | null {
  const value = config[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw readerFailed(`${name} must be a string.`);
  return value.toUpperCase();
}

function headers(config: Record<string, unknown>): readonly string[] | null {
  if (word(config, "CSVHeaderLocation") !== "GIVEN") return null;
  const given = config["CSVHeaders"];
  if (!Array.isArray(given) || !given.every((name) => typeof name === "string"))
    throw readerFailed("CSVHeaders must be an array of strings.");
  return given;
}

function pointer(given: unknown): string | null {
  if (given === undefined || given === null || given === "") return null;
  if (typeof given !== "string") throw readerFailed("ItemsPointer must be a string.");
  return given;
}

/** 0 means no limit, as no MaxItems does; AWS reads numbers in strings too. */
function maxItems(given: unknown): number {
  if (given === undefined || given === null) return MAX_ITEMS;
  const count = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof count !== "number" || !Number.isInteger(count))
    throw readerFailed("field MaxItems must be an integer");
  if (count < 0) throw readerFailed("field MaxItems must be positive");
  return count === 0 ? MAX_ITEMS : Math.min(count, MAX_ITEMS);
}

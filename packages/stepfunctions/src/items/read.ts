import { isObject } from "../json.js";
import type { ObjectStore } from "../ports.js";
import { type Location, textOf } from "./content.js";
import { asReaderFailure, readerFailed } from "./failures.js";
import { jsonElements, jsonElementsAt, jsonLines } from "./json-items.js";
import { athenaFiles, inventoryFiles } from "./manifest.js";
import { type ReaderConfig, readerConfig } from "./reader-config.js";
import { csvRows } from "./rows.js";

/** An ItemReader whose Parameters or Arguments and ReaderConfig are evaluated, MaxItemsPath into MaxItems. */
export interface ItemReader {
  /** arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2 */
  resource: string;
  parameters: unknown;
  config?: unknown;
}

export interface Item {
  value: unknown;
  /** Where it comes from, as $states.context.Map.Item.Source shows it: "S3://bucket/key", or the bucket for a listing. */
  source: string;
}

/**
 * Reads a Map's items in their order, each as it is asked for: files are never whole in memory, but for JSON in which an
 * ItemsPointer names the array.
 * @throws StateFailure States.ItemReaderFailed, from the iteration
 */
export async function* readItems(objects: ObjectStore, reader: ItemReader): AsyncGenerator<Item> {
  const config = readerConfig(reader.config);
  let count = 0;
  for await (const item of itemsOf(objects, reader, config)) {
    yield item;
    count += 1;
    if (count === config.maxItems) return;
  }
}

/**
 * The items of data that is at hand, read as the object of an ItemReader would be: what TestState takes as its source.
 * @throws StateFailure States.ItemReaderFailed, from the iteration
 */
export async function* parseItems(text: AsyncIterable<string>, given: unknown): AsyncGenerator<unknown> {
  const config = readerConfig(given);
  let count = 0;
  for await (const value of valuesOf(text, config)) {
    yield value;
    count += 1;
    if (count === config.maxItems) return;
  }
}

function itemsOf(objects: ObjectStore, reader: ItemReader, config: ReaderConfig): AsyncGenerator<Item> {
  const action = reader.resource.slice(reader.resource.lastIndexOf(":") + 1);
  const parameters = isObject(reader.parameters) ? reader.parameters : {};
  const bucket = text(parameters, "Bucket");
  if (action === "listObjectsV2") {
    const prefix = parameters["Prefix"] === undefined ? "" : text(parameters, "Prefix");
    return config.flatten
      ? listedContents(objects, { bucket, prefix }, config)
      : listedObjects(objects, { bucket, prefix });
  }
  if (action !== "getObject") throw readerFailed(`An ItemReader cannot use the resource ${reader.resource}.`);
  const location: Location = { bucket, key: text(parameters, "Key") };
  if (parameters["VersionId"] !== undefined) location.versionId = text(parameters, "VersionId");
  if (config.manifestType === "ATHENA_DATA") return athenaItems(objects, location, config);
  if (config.inputType === "MANIFEST" || config.manifestType !== null)
    return inventoryItems(objects, location, config);
  return contents(objects, location, config);
}

async function* contents(
  objects: ObjectStore,
  location: Location,
  config: ReaderConfig,
): AsyncGenerator<Item> {
  const source = `S3://${location.bucket}/${location.key}`;
  for await (const value of valuesOf(textOf(objects, location), config)) yield { value, source };
}

function valuesOf(text: AsyncIterable<string>, config: ReaderConfig): AsyncGenerator<unknown> {
  switch (config.inputType) {
    case "CSV":
      return csvRows(text, { delimiter: config.csvDelimiter, headers: config.csvHeaders });
    case "JSON":
      return config.itemsPointer === null ? jsonElements(text) : jsonElementsAt(text, config.itemsPointer);
    case "JSONL":
      return jsonLines(text);
    case "PARQUET":
      throw readerFailed("This engine does not read Parquet files: give the items as CSV, JSON or JSONL.");
    default:
      throw readerFailed("InputType must be CSV, JSON, JSONL, PARQUET or MANIFEST.");
  }
}

async function* athenaItems(
  objects: ObjectStore,
  manifest: Location,
  config: ReaderConfig,
): AsyncGenerator<Item> {
  for await (const file of athenaFiles(textOf(objects, manifest))) yield* contents(objects, file, config);
}

async function* inventoryItems(
  objects: ObjectStore,
  manifest: Location,
  { csvDelimiter: delimiter }: ReaderConfig,
): AsyncGenerator<Item> {
  const { headers, files } = await inventoryFiles(textOf(objects, manifest), manifest.bucket);
  for (const file of files) {
    const source = `S3://${file.bucket}/${file.key}`;
    for await (const value of csvRows(textOf(objects, file), { delimiter, headers })) yield { value, source };
  }
}

interface Listing {
  bucket: string;
  prefix: string;
}

type ListedObject = ReturnType<ObjectStore["list"]> extends AsyncIterable<infer T> ? T : never;

async function* listed(objects: ObjectStore, listing: Listing): AsyncGenerator<ListedObject> {
  try {
    yield* objects.list(listing);
  } catch (error) {
    throw asReaderFailure(error);
  }
}

async function* listedObjects(objects: ObjectStore, listing: Listing): AsyncGenerator<Item> {
  const source = `S3://${listing.bucket}`;
  for await (const { key, size, etag, lastModified, storageClass } of listed(objects, listing)) {
    const value = {
      Etag: etag.startsWith('"') ? etag : `"${etag}"`,
      Key: key,
      LastModified: Math.floor(lastModified / 1000),
      Size: size,
      StorageClass: storageClass,
    };
    yield { value, source };
  }
}

async function* listedContents(
  objects: ObjectStore,
  listing: Listing,
  config: ReaderConfig,
): AsyncGenerator<Item> {
  for await (const { key, size } of listed(objects, listing)) {
    // What the console makes for a folder holds nothing.
    if (key.endsWith("/") && size === 0) continue;
    yield* contents(objects, { bucket: listing.bucket, key }, config);
  }
}

function text(parameters: Record<string, unknown>, name: string): string {
  const value = parameters[name];
  if (typeof value !== "string") throw readerFailed(`The ItemReader's ${name} must be a string.`);
  return value;
}

import { isObject } from "../json.js";
import type { Location } from "./content.js";
import { CsvParser } from "./csv.js";
import { readerFailed } from "./failures.js";
import { jsonDocument } from "./json-items.js";

/** The files of an S3 inventory and the names of their columns. */
export interface Inventory {
  headers: string[];
  files: Location[];
}

/**
 * Reads the manifest.json of an S3 inventory.
 * Source: "Inventory manifest" in the S3 user guide.
 * @param bucket where the manifest is, for manifests that name no bucket
 * @throws StateFailure States.ItemReaderFailed
 */
export async function inventoryFiles(text: AsyncIterable<string>, bucket: string): Promise<Inventory> {
  const manifest = await jsonDocument(text);
  if (!isObject(manifest)) throw notManifest("it is no JSON object");
  const { fileFormat, fileSchema, files, destinationBucket } = manifest;
  if (fileFormat !== "CSV") throw notManifest("its fileFormat is not CSV");
  if (typeof fileSchema !== "string") throw notManifest("it has no fileSchema");
  if (!Array.isArray(files)) throw notManifest("it has no files");
  const holder =
    typeof destinationBucket === "string" ? destinationBucket.replace(/^arn:[^:]*:s3:::/, "") : bucket;
  return {
    headers: fileSchema.split(",").map((name) => name.trim()),
    files: files.map((file: unknown) => {
      if (!isObject(file) || typeof file["key"] !== "string")
        throw notManifest("one of its files has no key");
      return { bucket: holder, key: file["key"] };
    }),
  };
}

/** The files that the manifest of an Athena UNLOAD names, one "s3://bucket/key" in each line. */
export async function* athenaFiles(text: AsyncIterable<string>): AsyncGenerator<Location> {
  const parser = new CsvParser(",");
  for await (const piece of text) for (const record of parser.push(piece)) yield athenaFile(record[0] ?? "");
  for (const record of parser.end()) yield athenaFile(record[0] ?? "");
}

function athenaFile(uri: string): Location {
  const match = /^s3:\/\/([^/]+)\/(.+)$/i.exec(uri.trim());
  if (match === null)
    throw readerFailed(`The Athena manifest names ${JSON.stringify(uri)}, which is no s3:// address.`);
  return { bucket: match[1] ?? "", key: match[2] ?? "" };
}

function notManifest(why: string): Error {
  return readerFailed(`The object is not the manifest of an S3 inventory: ${why}.`);
}

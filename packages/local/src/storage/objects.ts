import { z } from "zod";
import type { Caller } from "../supabase/caller.js";
import { type Exchange, readJson, sendJson } from "../supabase/http.js";
import { asCaller, bucketById, type ObjectRow, splitPath, type StorageContext } from "./context.js";
import { infoView, sendFile } from "./download.js";
import { noSuchObject, notImplemented } from "./errors.js";
import { parse } from "./signed.js";

/** GET and HEAD of /object/<bucket>/<name>: the file, to a caller who may read its row. */
export async function download(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  await sendFile(context, exchange, await readableRow(context, caller, path));
}

/** GET /object/info/<bucket>/<name>: what is known of the file. */
export async function info(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  sendJson(exchange.res, 200, infoView(await readableRow(context, caller, path)));
}

async function readableRow(context: StorageContext, caller: Caller, path: string): Promise<ObjectRow> {
  const { bucket, name } = splitPath(path);
  await bucketById(context, bucket);
  const [row] = await asCaller(
    context,
    caller,
    (tx) => tx<ObjectRow[]>`select * from storage.objects where bucket_id = ${bucket} and name = ${name}`,
  );
  if (!row) throw noSuchObject();
  return row;
}

const removeBody = z.looseObject({ prefixes: z.array(z.unknown()).min(1).max(1000) });

/** DELETE /object/<bucket>: takes away what of `prefixes` (exact names) the caller may; answers with those rows. */
export async function removeMany(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  bucket: string,
): Promise<void> {
  const { prefixes } = parse(removeBody, await readJson(exchange.req));
  if (prefixes.some((name) => typeof name !== "string")) throw notImplemented("removing versions of a file");
  sendJson(exchange.res, 200, await removeRows(context, caller, bucket, prefixes as string[]));
}

/** DELETE /object/<bucket>/<name>. */
export async function removeOne(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  const { bucket, name } = splitPath(path);
  const removed = await removeRows(context, caller, bucket, [name]);
  if (removed.length === 0) throw noSuchObject();
  sendJson(exchange.res, 200, { message: "Successfully deleted" });
}

async function removeRows(
  context: StorageContext,
  caller: Caller,
  bucket: string,
  names: string[],
): Promise<ObjectRow[]> {
  const rows = await asCaller(
    context,
    caller,
    (tx) =>
      tx<
        ObjectRow[]
      >`delete from storage.objects where bucket_id = ${bucket} and name = any(${names}) returning *`,
  );
  for (const row of rows) await context.files.remove(row.version);
  return [...rows];
}

const sortColumns = ["name", "updated_at", "created_at", "last_accessed_at"] as const;
const listBody = z.looseObject({
  prefix: z.string().default(""),
  limit: z.number().int().min(1).max(1000).default(100),
  offset: z.number().int().min(0).default(0),
  search: z.string().default(""),
  sortBy: z
    .looseObject({
      column: z.enum(sortColumns).default("name"),
      order: z.enum(["asc", "desc"]).default("asc"),
    })
    .default({ column: "name", order: "asc" }),
});

/** POST /object/list/<bucket>: the files directly in a folder, and its folders as entries without an id. */
export async function list(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  bucket: string,
): Promise<void> {
  const { prefix, limit, offset, search, sortBy } = parse(listBody, await readJson(exchange.req));
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const rows = await asCaller(context, caller, async (tx) => {
    const column = tx(sortBy.column);
    const order = sortBy.order === "asc" ? tx`asc` : tx`desc`;
    return tx`
      with visible as (
        select *, substr(name, ${folder.length + 1}) as rest from storage.objects
        where bucket_id = ${bucket} and starts_with(name, ${folder})
      ), entries as (
        select rest as name, id, updated_at, created_at, last_accessed_at, metadata
        from visible where position('/' in rest) = 0 and rest <> ''
        union all
        select distinct split_part(rest, '/', 1), null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
        from visible where position('/' in rest) > 0
      )
      select * from entries where ${search} = '' or position(lower(${search}) in lower(name)) > 0
      order by id is not null, ${column} ${order}, name limit ${limit} offset ${offset}`;
  });
  sendJson(exchange.res, 200, rows);
}

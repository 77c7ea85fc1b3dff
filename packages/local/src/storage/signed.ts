import { z } from "zod";
import type { Caller } from "../supabase/caller.js";
import { type Exchange, readJson, sendJson } from "../supabase/http.js";
import { asCaller, bucketById, type ObjectRow, splitPath, type StorageContext } from "./context.js";
import { sendFile } from "./download.js";
import { invalidJwt, invalidRequest, noSuchObject, notImplemented } from "./errors.js";
import { checkPermission, receive } from "./upload.js";

/** Hosted lets an upload URL be used for two hours. */
const uploadSeconds = 2 * 3600;

const signBody = z.looseObject({ expiresIn: z.number().int().positive(), transform: z.unknown().optional() });
const signManyBody = signBody.extend({ paths: z.array(z.string()).min(1).max(500) });

/** POST /object/sign/<bucket>/<name>: a download URL for a file that the caller may read. */
export async function signOne(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  const { bucket, name } = splitPath(path);
  const { expiresIn, transform } = parse(signBody, await readJson(exchange.req));
  if (transform !== undefined) throw notImplemented("image transformation");
  const readable = await readableNames(context, caller, bucket, [name]);
  if (!readable.has(name)) throw noSuchObject();
  sendJson(exchange.res, 200, { signedURL: await downloadUrl(context, bucket, name, expiresIn) });
}

/** POST /object/sign/<bucket>: the same for many; those that cannot be read carry an error each. */
export async function signMany(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  bucket: string,
): Promise<void> {
  const { expiresIn, paths } = parse(signManyBody, await readJson(exchange.req));
  const readable = await readableNames(context, caller, bucket, paths);
  const answers = paths.map(async (path) =>
    readable.has(path)
      ? { error: null, path, signedURL: await downloadUrl(context, bucket, path, expiresIn) }
      : { error: "Either the object does not exist or you do not have access to it", path, signedURL: null },
  );
  sendJson(exchange.res, 200, await Promise.all(answers));
}

async function readableNames(
  context: StorageContext,
  caller: Caller,
  bucket: string,
  names: string[],
): Promise<Set<string>> {
  const rows = await asCaller(
    context,
    caller,
    (tx) =>
      tx<
        { name: string }[]
      >`select name from storage.objects where bucket_id = ${bucket} and name = any(${names})`,
  );
  return new Set(rows.map((row) => row.name));
}

async function downloadUrl(
  { keys }: StorageContext,
  bucket: string,
  name: string,
  expiresIn: number,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const token = await keys.sign({ use: "download", url: `${bucket}/${name}`, iat, exp: iat + expiresIn });
  return `/object/sign/${bucket}/${name}?token=${token}`;
}

/** GET /object/sign/<bucket>/<name>?token=: the file, to whoever has the URL. */
export async function downloadSigned(
  context: StorageContext,
  exchange: Exchange,
  path: string,
): Promise<void> {
  const { bucket, name } = splitPath(path);
  await checkToken(context, exchange, "download", `${bucket}/${name}`);
  const [row] = await context.sql<
    ObjectRow[]
  >`select * from storage.objects where bucket_id = ${bucket} and name = ${name}`;
  if (!row) throw noSuchObject();
  await sendFile(context, exchange, row);
}

/** POST /object/upload/sign/<bucket>/<name>: an upload URL for a name that the caller may write. */
export async function signUpload(
  context: StorageContext,
  exchange: Exchange,
  caller: Caller,
  path: string,
): Promise<void> {
  const { bucket, name } = splitPath(path);
  const upsert = exchange.req.headers["x-upsert"] === "true";
  const owner = caller.claims.sub ?? null;
  await checkPermission(context, { bucket, name, caller, owner, mode: upsert ? "upsert" : "create" });
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    use: "upload",
    url: `${bucket}/${name}`,
    upsert,
    iat,
    exp: iat + uploadSeconds,
    ...(owner ? { owner } : {}),
  };
  const token = await context.keys.sign(claims);
  sendJson(exchange.res, 200, {
    url: `/object/upload/sign/${bucket}/${encodeName(name)}?token=${token}`,
    token,
  });
}

/** PUT /object/upload/sign/<bucket>/<name>?token=: the upload itself. The right to it was checked when the URL was signed. */
export async function uploadSigned(context: StorageContext, exchange: Exchange, path: string): Promise<void> {
  const { bucket, name } = splitPath(path);
  const claims = await checkToken(context, exchange, "upload", `${bucket}/${name}`);
  const caller: Caller = { role: "service_role", claims: { role: "service_role" } };
  const owner = typeof claims.owner === "string" ? claims.owner : null;
  const target = { bucket, name, caller, owner, mode: claims.upsert === true ? "upsert" : "create" } as const;
  await bucketById(context, bucket);
  await checkPermission(context, target);
  await receive(context, exchange, target);
}

async function checkToken(
  { keys }: StorageContext,
  { query }: Exchange,
  use: "download" | "upload",
  url: string,
) {
  const claims = await keys.verify(query.get("token") ?? "").catch((error: Error) => {
    throw invalidJwt(error.message);
  });
  if (claims.use !== use || claims.url !== url) throw invalidJwt("The token is not for this URL");
  return claims;
}

function encodeName(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** @throws StorageError where the body does not fit */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw invalidRequest(`body ${z.prettifyError(result.error)}`);
  return result.data;
}

import type { ObjectStore } from "@longhaul/kit/runtime";
import { FatalError } from "@longhaul/kit/step";
import type { ObjectRemover } from "@longhaul/runs";

export interface StorageAccess {
  /** Without a slash at the end. */
  readonly supabaseUrl: string;
  readonly serviceRoleKey: string;
  readonly bucket: string;
}

/**
 * The kit's object store over Supabase Storage's HTTP API, whose client library would hold each file
 * whole in memory. Both ways stream.
 */
export function storageObjects({ supabaseUrl, serviceRoleKey, bucket }: StorageAccess): ObjectStore {
  const authorization = { authorization: `Bearer ${serviceRoleKey}`, apikey: serviceRoleKey };
  const url = (way: string, path: string) =>
    `${supabaseUrl}/storage/v1/object/${way}${bucket}/${path.split("/").map(encodeURIComponent).join("/")}`;

  return {
    async get(path, { start = 0, signal }) {
      const headers = new Headers(authorization);
      if (start > 0) headers.set("range", `bytes=${start}-`);
      const response = await fetch(url("authenticated/", path), { headers, signal });
      if (response.status === 416) {
        await response.body?.cancel();
        return new ReadableStream({ start: (controller) => controller.close() });
      }
      if (!response.ok) {
        const said = await response.text();
        if (saysNotFound(response.status, said)) return null;
        throw failure("read", path, response.status, said);
      }
      if (start > 0 && response.status !== 206) {
        await response.body?.cancel();
        throw new Error(`Storage sent ${path} whole where bytes from ${start} on were asked for.`);
      }
      return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
    },
    async put(path, contentType, body, { signal }) {
      const response = await fetch(url("", path), {
        method: "POST",
        headers: { ...authorization, "content-type": contentType, "x-upsert": "true" },
        body: ReadableStream.from(body),
        duplex: "half",
        signal,
      });
      if (!response.ok) throw failure("write", path, response.status, await response.text());
      await response.body?.cancel();
    },
  };
}

/** Removes objects of the bucket; those that are not there are removed already. */
export function storageRemover({ supabaseUrl, serviceRoleKey, bucket }: StorageAccess): ObjectRemover {
  return {
    async remove(paths) {
      const response = await fetch(`${supabaseUrl}/storage/v1/object/${bucket}`, {
        method: "DELETE",
        headers: {
          authorization: `Bearer ${serviceRoleKey}`,
          apikey: serviceRoleKey,
          "content-type": "application/json",
        },
        body: JSON.stringify({ prefixes: paths }),
        signal: AbortSignal.timeout(15_000),
      });
      if (!response.ok)
        throw failure("remove", `${paths.length} files`, response.status, await response.text());
      await response.body?.cancel();
    },
  };
}

/** For a step that did not ask for storage, and so has no key to it. */
export const noObjects: ObjectStore = {
  get: () => Promise.reject(withoutPermission()),
  put: () => Promise.reject(withoutPermission()),
};

/** No try of the same declaration has more. */
function withoutPermission(): FatalError {
  const sentence = 'This step has no access to files: declare permissions: ["storage"] in its defineStep.';
  return new FatalError(sentence, { code: "STORAGE_NOT_PERMITTED" });
}

/** Storage answers 404, or 400 with the real status in the body. */
function saysNotFound(status: number, said: string): boolean {
  return (
    status === 404 ||
    (status === 400 && /"(statusCode"\s*:\s*"404|error"\s*:\s*"not_found|code"\s*:\s*"NoSuchKey)"/.test(said))
  );
}

function failure(doing: string, path: string, status: number, said: string): Error {
  return new Error(`Storage could not ${doing} ${path}: ${status} ${said.slice(0, 500)}`);
}

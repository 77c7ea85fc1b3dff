import { createClient } from "@supabase/supabase-js";
import { WebSocket } from "ws";
import { ApiError } from "./errors.js";

const bucket = "artifacts";

/** Links to files, made as the user who asks: the policies on storage.objects decide. */
export interface StorageLinks {
  /** A link that takes the bytes of `path` by PUT. @throws ApiError STORAGE_REFUSED */
  createUploadUrl(token: string, path: string): Promise<string>;
  /** A link that reads `path` for `seconds`; with `downloadAs` a browser saves it under that name. */
  createDownloadUrl(
    token: string,
    path: string,
    options: { seconds: number; downloadAs: string | null },
  ): Promise<string>;
  /** Links that read each of `paths` for `seconds`, in their order; null for one that cannot be read. */
  createDownloadUrls(token: string, paths: readonly string[], seconds: number): Promise<(string | null)[]>;
  /** Puts bytes that this process holds at a path that the user may write. @throws ApiError STORAGE_REFUSED */
  upload(token: string, path: string, contentType: string, bytes: Uint8Array): Promise<void>;
}

export interface StorageOptions {
  supabaseUrl: string;
  /** Where browsers reach the same Supabase: links begin with it. */
  publicSupabaseUrl: string;
  anonKey: string;
}

export function createStorageLinks({
  supabaseUrl,
  publicSupabaseUrl,
  anonKey,
}: StorageOptions): StorageLinks {
  const asUser = (token: string) =>
    createClient(supabaseUrl, anonKey, {
      accessToken: async () => token,
      // createClient wants a WebSocket on Node 20 although no socket is opened here.
      realtime: { transport: WebSocket as never },
    });
  const toPublic = (url: string): string =>
    url.startsWith(supabaseUrl) ? publicSupabaseUrl + url.slice(supabaseUrl.length) : url;

  return {
    async createUploadUrl(token, path) {
      const { data, error } = await asUser(token).storage.from(bucket).createSignedUploadUrl(path);
      if (error) throw new ApiError("STORAGE_REFUSED", { cause: error });
      return toPublic(data.signedUrl);
    },
    async createDownloadUrl(token, path, { seconds, downloadAs }) {
      const options = downloadAs === null ? {} : { download: downloadAs };
      const { data, error } = await asUser(token)
        .storage.from(bucket)
        .createSignedUrl(path, seconds, options);
      if (error) throw new ApiError(isMissing(error) ? "ARTIFACT_GONE" : "STORAGE_REFUSED", { cause: error });
      return toPublic(data.signedUrl);
    },
    async createDownloadUrls(token, paths, seconds) {
      if (paths.length === 0) return [];
      const { data, error } = await asUser(token)
        .storage.from(bucket)
        .createSignedUrls([...paths], seconds);
      if (error) throw new ApiError("STORAGE_REFUSED", { cause: error });
      return paths.map((path) => {
        const signed = data.find((answer) => answer.path === path);
        return signed?.signedUrl ? toPublic(signed.signedUrl) : null;
      });
    },
    async upload(token, path, contentType, bytes) {
      const { error } = await asUser(token).storage.from(bucket).upload(path, bytes, { contentType });
      if (error) throw new ApiError("STORAGE_REFUSED", { cause: error });
    },
  };
}

function isMissing(error: { message: string; statusCode?: unknown; status?: unknown }): boolean {
  return String(error.statusCode ?? error.status) === "404" || /not.?found/i.test(error.message);
}

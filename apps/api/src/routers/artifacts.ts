import { artifacts, asCaller } from "@longhaul/db";
import type { Artifact } from "@longhaul/kit";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";

/** The bucket's own limit per object, in bytes. */
const maxUploadBytes = 52_428_800;
/** How long a link to a file works. */
const linkSeconds = 300;

export const uploadSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "The file needs a name.")
    .max(200, "The file's name is longer than 200 characters.")
    .regex(/^[^/\\\p{Cc}]+$/u, "The file's name has characters that a file name cannot have.")
    .refine((name) => name !== "." && name !== "..", "The file needs a name."),
  size: z.int().min(1, "The file is empty.").max(maxUploadBytes, "The file is larger than 50 MB."),
  contentType: z
    .string()
    .max(200)
    .regex(/^[\w.+-]+\/[\w.+-]+(?:;[\x20-\x7e]*)?$/, "The file's type is not a MIME type.")
    .default("application/octet-stream"),
});

/** Where and how a browser sends the bytes: one request, for example an XMLHttpRequest, which reports progress. */
export interface UploadTarget {
  url: string;
  method: "PUT";
  headers: Record<string, string>;
}

export const artifactsRouter = {
  /** Makes room for an upload, and a link that takes its bytes once. */
  createUpload: operatorProcedure
    .input(uploadSchema)
    .mutation(async ({ ctx, input }): Promise<{ artifact: Artifact; upload: UploadTarget }> => {
      const { caller, services } = ctx;
      const { name, contentType } = input;
      const artifact = await asCaller(services.db, caller, (tx) =>
        artifacts.createUpload(tx, { organisationId: caller.organisationId, name, contentType }),
      );
      const url = await services.storage.createUploadUrl(caller.token, artifact.path);
      return { artifact, upload: { url, method: "PUT", headers: { "content-type": input.contentType } } };
    }),

  /** A link that reads the file for five minutes. `download` makes browsers save it under its name. */
  signedUrl: orgProcedure
    .input(z.object({ artifactId: z.uuid(), download: z.boolean().default(false) }))
    .query(async ({ ctx, input }): Promise<{ url: string; expiresAt: string }> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      const artifact = await asCaller(services.db, caller, (tx) =>
        artifacts.get(tx, { organisationId, artifactId: input.artifactId }),
      );
      if (!artifact) throw new ApiError("ARTIFACT_NOT_FOUND");
      // An upload is "ready" once a run has taken it; that its bytes are there, Storage knows.
      if (artifact.kind === "output" && artifact.status !== "ready") throw new ApiError("ARTIFACT_NOT_READY");
      const url = await services.storage.createDownloadUrl(caller.token, artifact.path, {
        seconds: linkSeconds,
        downloadAs: input.download ? artifact.name : null,
      });
      return { url, expiresAt: new Date(services.clock.now() + linkSeconds * 1000).toISOString() };
    }),

  /** Links that read files for five minutes, by their ids; those that are not there, or not ready, are left out. */
  signedUrls: orgProcedure
    .input(z.object({ artifactIds: z.array(z.uuid()).max(50) }))
    .query(async ({ ctx, input }): Promise<{ urls: Record<string, string>; expiresAt: string }> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      const found = await asCaller(services.db, caller, (tx) =>
        artifacts.getMany(tx, { organisationId, artifactIds: input.artifactIds }),
      );
      const ready = found.filter(({ kind, status }) => kind === "upload" || status === "ready");
      const paths = ready.map(({ path }) => path);
      const links = await services.storage.createDownloadUrls(caller.token, paths, linkSeconds);
      const urls = ready.flatMap(({ id }, index) => {
        const url = links[index];
        return url ? [[id, url] as const] : [];
      });
      const expiresAt = new Date(services.clock.now() + linkSeconds * 1000).toISOString();
      return { urls: Object.fromEntries(urls), expiresAt };
    }),
} satisfies TRPCRouterRecord;

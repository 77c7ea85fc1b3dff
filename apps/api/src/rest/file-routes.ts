import { z } from "zod";
import { uploadSchema } from "../routers/artifacts.js";
import { fileSchema, toFile } from "./job.js";
import { route, type Route } from "./route.js";

const tag = "Files";

export const fileRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/files",
    operationId: "createUpload",
    tag,
    summary: "Make room for a file",
    description:
      "Then send its bytes to `upload.url`, with the method and headers that are named: at most 50 MB.",
    body: uploadSchema,
    answer: {
      status: 201,
      description: "The id that goes into inputs, and where the bytes go.",
      schema: z.object({
        file: fileSchema,
        upload: z.object({
          url: z.url(),
          method: z.literal("PUT"),
          headers: z.record(z.string(), z.string()),
        }),
      }),
    },
    async handle({ api, body }) {
      const { artifact, upload } = await api.artifacts.createUpload(body);
      return { file: toFile(artifact), upload };
    },
  }),

  route({
    method: "get",
    path: "/api/files/{fileId}",
    operationId: "getFileLink",
    tag,
    summary: "A link that reads a file for five minutes",
    params: z.object({ fileId: z.uuid("This is not the id of a file.") }),
    answer: {
      status: 200,
      description: "The link needs no token: keep it to yourself.",
      schema: z.object({ url: z.url(), expiresAt: z.iso.datetime() }),
    },
    refusals: [404, 409],
    handle: ({ api, params }) => api.artifacts.signedUrl({ artifactId: params.fileId }),
  }),
];

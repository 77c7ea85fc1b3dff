import { runEventSchema } from "@longhaul/kit";
import { z } from "zod";
import { storable } from "../routers/storable.js";
import { fileSchema, jobIdSchema, jobSchema, statusSchema, toFile, toJob } from "./job.js";
import { route, type Route } from "./route.js";

const tag = "Jobs";
/** After this number a log has no events: only the run is asked for. */
const noEvents = 2_147_483_647;
const time = z.iso.datetime({ offset: true, error: "This is not a time." });

const statusList = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(statusSchema).max(8))
  .meta({ description: "One or more, with commas between them.", examples: ["running,waiting"] });

const listQuery = z.object({
  workflow: storable(63)
    .min(1)
    .optional()
    .meta({ examples: ["data-import"] }),
  status: statusList.optional(),
  tag: storable(50).min(1).optional(),
  person: z.uuid("This is not the id of a person.").optional().meta({ description: "Who started them." }),
  from: time.optional().meta({ description: "Started at this time or after." }),
  to: time.optional().meta({ description: "Started before this time." }),
  search: storable(200).optional().meta({ description: "In names, tags, inputs and ids." }),
  limit: z.coerce
    .number<string>()
    .pipe(z.int().min(1).max(100))
    .default(50)
    .meta({ type: "integer", minimum: 1, maximum: 100 }),
  cursor: z.string().max(200).optional().meta({ description: "`nextCursor` of the page before." }),
});

export const jobRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/jobs",
    operationId: "listJobs",
    tag,
    summary: "The organisation's jobs, newest first",
    query: listQuery,
    answer: {
      status: 200,
      description: "A page of jobs.",
      schema: z.object({ jobs: z.array(jobSchema), nextCursor: z.string().nullable() }),
    },
    async handle({ api, query: { status, ...filter } }) {
      const page = await api.runs.list({ ...filter, statuses: status });
      return { jobs: page.runs.map(toJob), nextCursor: page.nextCursor };
    },
  }),

  route({
    method: "get",
    path: "/api/jobs/{jobId}/status",
    operationId: "getJobStatus",
    tag,
    summary: "How far a job is, and what came of it",
    params: jobIdSchema,
    answer: { status: 200, description: "The job.", schema: jobSchema },
    refusals: [404],
    async handle({ api, params: { jobId } }) {
      const { run } = await api.runs.events({ runId: jobId, after: noEvents });
      return toJob(run);
    },
  }),

  route({
    method: "get",
    path: "/api/jobs/{jobId}/events",
    operationId: "getJobEvents",
    tag,
    summary: "What happened in a job after a given event",
    description: "For those who cannot keep a connection open: ask again with the number of the last event.",
    params: jobIdSchema,
    query: z.object({
      after: z.coerce.number<string>().pipe(z.int().min(0)).default(0).meta({ type: "integer", minimum: 0 }),
    }),
    answer: {
      status: 200,
      description: "The job, and at most 500 events.",
      schema: z.object({ job: jobSchema, events: z.array(runEventSchema) }),
    },
    refusals: [404],
    async handle({ api, params: { jobId }, query }) {
      const { run, events } = await api.runs.events({ runId: jobId, after: query.after });
      return { job: toJob(run), events };
    },
  }),

  route({
    method: "get",
    path: "/api/jobs/{jobId}/files",
    operationId: "listJobFiles",
    tag,
    summary: "The files a job was given and has written",
    params: jobIdSchema,
    answer: { status: 200, description: "The files.", schema: z.object({ files: z.array(fileSchema) }) },
    refusals: [404],
    async handle({ api, params: { jobId } }) {
      const { artifacts } = await api.runs.get({ runId: jobId });
      return { files: artifacts.map(toFile) };
    },
  }),

  route({
    method: "post",
    path: "/api/jobs/{jobId}/cancel",
    operationId: "cancelJob",
    tag,
    summary: "Ask a job to stop",
    params: jobIdSchema,
    answer: {
      status: 202,
      description: "`ended` is true when it had not begun, and is cancelled already.",
      schema: z.object({ ended: z.boolean() }),
    },
    refusals: [404, 409],
    handle: ({ api, params: { jobId } }) => api.runs.cancel({ runId: jobId }),
  }),

  route({
    method: "post",
    path: "/api/jobs/{jobId}/retry",
    operationId: "retryJob",
    tag,
    summary: "Go on with a job that has failed or was cancelled",
    description: "Steps that had succeeded are not done again.",
    params: jobIdSchema,
    answer: {
      status: 202,
      description: "The number of the attempt that has begun.",
      schema: z.object({ attempt: z.int() }),
    },
    refusals: [404, 409],
    handle: ({ api, params: { jobId } }) => api.runs.retry({ runId: jobId }),
  }),
];

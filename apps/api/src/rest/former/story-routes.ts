import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ApiError } from "../../errors.js";
import { storable } from "../../routers/storable.js";
import { RestError } from "../errors.js";
import { type RestCall, route, type Route } from "../route.js";
import { startByName } from "../start.js";
import { type Image, maxImageBodyBytes, readImage } from "./image.js";
import { filesOf, storyStatusSchema, toStoryStatus } from "./story-status.js";

const tag = "Former paths: AI pipeline";

const runIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9._:-]{1,100}$/,
    "A run_id has 1 to 100 letters, digits, dots, colons, hyphens and underscores.",
  );

const common = {
  image_base64: z
    .string()
    .optional()
    .meta({ description: "PNG, JPEG or WebP of at most 15 MB; a data URL will do." }),
  run_id: runIdSchema.optional().meta({
    description: "Yours, as an idempotency key: sent again with the same content it gives the same job.",
  }),
};
const written = {
  child_name: storable(60).default("Alex").meta({ description: "The hero of the story." }),
  pages: z.int().min(4).max(8).default(6),
};

const startedSchema = z
  .object({ run_id: z.string(), status: z.literal("processing") })
  .meta({ id: "StoryJobStarted", title: "A story job has begun" });

type Call = Pick<RestCall<never, never, never>, "api" | "user" | "services">;

/** Every workflow that these paths start: a run_id is looked for among all of them. */
const workflows = ["storybook", "vision", "drawing-story", "story"];

/** A person's run_id is theirs alone: another person's of the same name is another job. */
const keyOf = (userId: string, runId: string) => `v1:${userId}:${runId}`;

function answer(runId: string) {
  return { run_id: runId, status: "processing" as const };
}

const start = {
  method: "post",
  tag,
  maxBodyBytes: maxImageBodyBytes,
  // A body of up to 20 MB; a class of children may still begin at the same time.
  cost: 10,
  refusals: [400, 409, 413],
  answer: { status: 202, description: "Ask for its status by this run_id.", schema: startedSchema },
} as const;

export const storyRoutes: Route[] = [
  route({
    ...start,
    path: "/api/v1/vision/analyze",
    operationId: "formerVisionAnalyze",
    summary: "Say what is in a drawing",
    body: z.object(common),
    handle: ({ body, ...call }) => startWithImage(call, "vision", body, {}),
  }),
  route({
    ...start,
    path: "/api/v1/story/generate",
    operationId: "formerStoryGenerate",
    summary: "Write a story about a drawing",
    description: "From the image, or from `drawing_analysis` as the status gives it.",
    body: z.object({ ...common, ...written, drawing_analysis: z.looseObject({}).optional() }),
    handle({ body: { drawing_analysis: analysis, ...body }, ...call }) {
      const input = { childName: body.child_name, pages: body.pages };
      if (body.image_base64 !== undefined) return startWithImage(call, "drawing-story", body, input);
      if (!analysis) throw new RestError(422, "IMAGE_MISSING", "Send image_base64 or drawing_analysis.");
      // It says more of a drawing than a story is told from.
      const { summary, elements, colours, mood } = analysis;
      return startOnce(call, "story", body.run_id, { ...input, summary, elements, colours, mood });
    },
  }),
  route({
    ...start,
    path: "/api/v1/pipeline/generate",
    operationId: "formerPipelineGenerate",
    summary: "Make a storybook of a drawing",
    body: z.object({ ...common, ...written }),
    handle: ({ body, ...call }) =>
      startWithImage(call, "storybook", body, { childName: body.child_name, pages: body.pages }),
  }),
  route({
    method: "get",
    path: "/api/v1/jobs/{run_id}/status",
    operationId: "formerStoryStatus",
    tag,
    summary: "How far a story job is",
    description: "Links work for five minutes; ask again for new ones. Jobs of other people are not found.",
    params: z.object({ run_id: storable(200) }),
    answer: { status: 200, description: "The job.", schema: storyStatusSchema },
    refusals: [404],
    handle: ({ params, ...call }) => status(call, params.run_id),
  }),
];

async function status({ api, user }: Call, runId: string) {
  const id = await find({ api, user }, runId);
  if (!id) throw notFound();
  const known = await api.runs.get({ runId: id });
  if (known.run.createdBy?.id !== user.userId || !workflows.includes(known.run.workflow)) throw notFound();
  const files = filesOf(known);
  const { urls } = files.length > 0 ? await api.artifacts.signedUrls({ artifactIds: files }) : { urls: {} };
  return toStoryStatus(known, runId, user.userId, urls);
}

const notFound = () => new RestError(404, "JOB_NOT_FOUND", "Job not found");

/** Our id of the caller's run that they call so; or the same, where it is one of ours that is there. */
async function find({ api, user }: Pick<Call, "api" | "user">, runId: string): Promise<string | null> {
  const own = await api.runs.ofKey({ idempotencyKey: keyOf(user.userId, runId), workflows });
  if (own) return own.runId;
  if (!z.uuid().safeParse(runId).success) return null;
  try {
    const { run } = await api.runs.events({ runId, after: 2_147_483_647 });
    return run.id;
  } catch (error) {
    if (codeOf(error) === "RUN_NOT_FOUND") return null;
    throw error;
  }
}

async function startOnce({ api, user }: Call, workflow: string, runId: string | undefined, input: object) {
  const idempotencyKey = runId === undefined ? undefined : keyOf(user.userId, runId);
  const started = await startByName(api, workflow, input, { idempotencyKey });
  return answer(runId ?? started.runId);
}

interface Sent {
  image_base64?: string | undefined;
  run_id?: string | undefined;
}

/**
 * Starts a run of the image, which becomes a file of the caller's. A run_id that was sent before is answered without
 * another file: the first one's name tells whether it was the same image.
 */
async function startWithImage(call: Call, workflow: string, { image_base64, run_id }: Sent, input: object) {
  if (image_base64 === undefined) throw new RestError(422, "IMAGE_MISSING", "Send image_base64.");
  const image = readImage(image_base64);
  if (run_id !== undefined && (await isRepeated(call, workflow, run_id, image, input))) return answer(run_id);
  const { api, services, user } = call;
  const { name, contentType, bytes } = image;
  const { artifact } = await api.artifacts.createUpload({ name, contentType, size: bytes.length });
  await services.storage.upload(user.token, artifact.path, contentType, bytes);
  try {
    return await startOnce(call, workflow, run_id, { ...input, drawing: artifact.id });
  } catch (error) {
    // The same request came twice at once, and the other one's file is the run's.
    const conflict = codeOf(error) === "IDEMPOTENCY_CONFLICT" && run_id !== undefined;
    if (conflict && (await isRepeated(call, workflow, run_id, image, input))) return answer(run_id);
    throw error;
  }
}

/** @throws ApiError IDEMPOTENCY_CONFLICT when the run_id was used for something else. */
async function isRepeated({ api, user }: Call, workflow: string, runId: string, image: Image, input: object) {
  const idempotencyKey = keyOf(user.userId, runId);
  const first = await api.runs.ofKey({ idempotencyKey, workflows: [workflow] });
  if (!first) return false;
  const { run, artifacts } = await api.runs.get({ runId: first.runId });
  const { drawing, ...rest } = run.input as Record<string, unknown>;
  const same = artifacts.find(({ id }) => id === drawing)?.name === image.name;
  const asked = { reviewStory: false, ...input };
  if (!same || Object.entries(rest).some(([key, value]) => !isDeepStrictEqual(value, asked[key as never]))) {
    throw new ApiError("IDEMPOTENCY_CONFLICT");
  }
  return true;
}

function codeOf(error: unknown): string | undefined {
  const { cause } = error as { cause?: unknown };
  return cause instanceof ApiError ? cause.code : undefined;
}

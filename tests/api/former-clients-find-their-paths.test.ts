import { samplePng } from "@longhaul/workflows/testing/storybook";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../support/stack.js";

let stack: Stack;
let token: string;
let stranger: string;
let image: string;
beforeAll(async () => {
  stack = await startStack({ simulation: true, requestsPerMinute: 1_000_000 });
  token = await signIn("token?grant_type=password", stack.demo);
  stranger = await signIn("signup", { email: "stranger@example.test", password: "long enough 4711" });
  image = Buffer.from(await samplePng()).toString("base64");
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
});

async function signIn(how: string, person: unknown): Promise<string> {
  const answer = await fetch(`${stack.env["SUPABASE_URL"]}/auth/v1/${how}`, {
    method: "POST",
    headers: { apikey: stack.env["SUPABASE_ANON_KEY"] ?? "", "content-type": "application/json" },
    body: JSON.stringify(person),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read as they come
type Answer = { status: number; body: any };

async function send(method: string, path: string, body?: unknown, as = token): Promise<Answer> {
  const answer = await fetch(stack.url + path, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Asks until the answer is as wanted, as a client that polls does. */
async function until(path: string, wanted: (body: Answer["body"]) => boolean): Promise<Answer["body"]> {
  for (;;) {
    const { body } = await send("GET", path);
    if (wanted(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const fields = [
  ...["user_id", "run_id", "status", "current_stage", "error", "drawing_analysis", "story_script"],
  ...["images", "audio", "video", "updated_at", "ttl"],
];
const statusOf = (runId: string) => `/api/v1/jobs/${runId}/status`;
const ended = ({ status }: { status: string }) => status !== "processing";

describe("the AI pipeline", () => {
  test("makes a storybook of an image, once for each run_id, and tells how far it is", async () => {
    const request = { image_base64: image, run_id: "book-1", child_name: "Mia", pages: 4 };
    const started = await send("POST", "/api/v1/pipeline/generate", request);
    expect(started).toEqual({ status: 202, body: { run_id: "book-1", status: "processing" } });
    const [again, atOnce] = await Promise.all([
      send("POST", "/api/v1/pipeline/generate", request),
      send("POST", "/api/v1/pipeline/generate", {
        ...request,
        image_base64: `data:image/png;base64,${image}`,
      }),
    ]);
    expect([again, atOnce]).toEqual([started, started]);
    const other = await send("POST", "/api/v1/pipeline/generate", { ...request, child_name: "Ben" });
    expect(other).toMatchObject({ status: 409, body: { error: { code: "IDEMPOTENCY_CONFLICT" } } });
    const jobs = await send("GET", "/api/jobs?workflow=storybook");
    expect(jobs.body.jobs).toHaveLength(1);

    const stages = new Set<string>();
    const done = await until(statusOf("book-1"), (body) => {
      stages.add(body.current_stage);
      return ended(body);
    });
    expect(Object.keys(done)).toEqual(fields);
    expect(done).toMatchObject({
      run_id: "book-1",
      status: "complete",
      current_stage: "video_complete",
      error: null,
    });
    expect(done.drawing_analysis).toMatchObject({ summary: expect.any(String) });
    expect(done.story_script.pages).toHaveLength(4);
    expect(done.images.map(({ page }: { page: number }) => page)).toEqual([1, 2, 3, 4]);
    expect(done.audio).toHaveLength(4);
    expect(done.ttl).toBeGreaterThan(Date.now() / 1000);
    for (const url of [done.images[0].url, done.audio[0].url, done.video.url, done.video.subtitles_url])
      expect((await fetch(url)).status).toBe(200);
    for (const stage of stages) expect(stage).toMatch(/^(vision|story|images|audio|video)(_complete)?$/);
    // Sent again after its end, it is still the same job.
    expect(await send("POST", "/api/v1/pipeline/generate", request)).toEqual(started);
  });

  test("is nobody else's to see, and a run_id of another person is another job", async () => {
    const missing = { status: 404, body: { error: { code: "JOB_NOT_FOUND", message: "Job not found" } } };
    expect(await send("GET", statusOf("book-1"), undefined, stranger)).toMatchObject(missing);
    const { body } = await send("GET", "/api/jobs?workflow=storybook");
    const [{ jobId, createdBy }] = body.jobs;
    expect(await send("GET", statusOf(jobId), undefined, stranger)).toMatchObject(missing);
    const pretending = `${statusOf("book-1")}?user_id=${createdBy.id}`;
    expect(await send("GET", pretending, undefined, stranger)).toMatchObject(missing);
    expect(await send("GET", statusOf("never"))).toMatchObject(missing);
    expect((await send("GET", statusOf(jobId))).body).toMatchObject({ run_id: jobId, user_id: createdBy.id });

    const own = await send(
      "POST",
      "/api/v1/vision/analyze",
      { image_base64: image, run_id: "book-1" },
      stranger,
    );
    expect(own.status).toBe(202);
    expect((await send("GET", statusOf("book-1"), undefined, stranger)).body.user_id).not.toBe(createdBy.id);
  });

  test("describes an image, and writes a story of the image or of the description", async () => {
    const { body: seen } = await send("POST", "/api/v1/vision/analyze", { image_base64: image });
    const vision = await until(statusOf(seen.run_id), ended);
    expect(vision).toMatchObject({
      status: "complete",
      current_stage: "vision_complete",
      video: null,
      images: [],
    });
    const twice = { image_base64: image, run_id: "twice" };
    const both = await Promise.all([1, 2, 3].map(() => send("POST", "/api/v1/vision/analyze", twice)));
    for (const answer of both)
      expect(answer).toEqual({ status: 202, body: { run_id: "twice", status: "processing" } });
    expect((await send("GET", "/api/jobs?workflow=vision")).body.jobs).toHaveLength(2);
    const told = await send("POST", "/api/v1/story/generate", {
      run_id: "told-1",
      drawing_analysis: vision.drawing_analysis,
    });
    expect(told.status).toBe(202);
    const shown = await send("POST", "/api/v1/story/generate", { run_id: "shown-1", image_base64: image });
    expect(shown.status).toBe(202);
    for (const runId of ["told-1", "shown-1"]) {
      const story = await until(statusOf(runId), ended);
      expect(story).toMatchObject({ status: "complete", current_stage: "story_complete" });
      expect(story.story_script.pages).toHaveLength(6);
    }
  });

  test("refuses what is no image, is none at all, or is too large", async () => {
    const post = (body: object) => send("POST", "/api/v1/vision/analyze", body);
    expect(await post({ image_base64: "AAAA" })).toMatchObject({
      status: 422,
      body: { error: { code: "IMAGE_INVALID" } },
    });
    expect(await post({})).toMatchObject({ status: 422, body: { error: { code: "IMAGE_MISSING" } } });
    expect(await post({ image_base64: image, run_id: "a b" })).toMatchObject({ status: 422 });
    const large = Buffer.alloc(15 * 1024 * 1024 + 1).toString("base64");
    expect(await post({ image_base64: large })).toMatchObject({ status: 413 });
  });
});

test("the data processing lab: an import says where its execution is", async () => {
  const content = "a,b\n1,2\n";
  const room = await send("POST", "/api/files", {
    name: "a.csv",
    size: content.length,
    contentType: "text/csv",
  });
  const { url, method, headers } = room.body.upload;
  expect((await fetch(url, { method, headers, body: content })).ok).toBe(true);
  const { status, body } = await send("POST", "/process", {
    file: room.body.file.fileId,
    name: "By its old path",
  });
  expect(status).toBe(202);
  const [, runId] = /:execution:longhaul-data-import:([0-9a-f-]{36})-1$/.exec(body.executionArn) ?? [];
  const job = await until(`/api/jobs/${runId}/status`, (one) => ["succeeded", "failed"].includes(one.status));
  expect(job).toMatchObject({ status: "succeeded", correlationId: body.correlationId });
});

test("digital twins: a twin is created with its job, and campaigns come with their workflow", async () => {
  const text =
    "The river rises in spring. We move the herd to the high meadow before the water comes. ".repeat(40);
  const created = await send("POST", "/api/digital-twins/create", { name: "A herder", text });
  expect(created).toEqual({ status: 202, body: { job_id: expect.any(String) } });
  expect((await send("GET", `/api/jobs/${created.body.job_id}/status`)).body.workflow).toBe("digital-twin");
  expect((await send("POST", "/api/digital-twins/create", {})).status).toBe(422);
  const campaign = await send("POST", "/api/campaigns/create", {});
  if (campaign.status !== 501) expect(campaign.status).toBe(422);
  else expect(campaign.body.error.code).toBe("WORKFLOW_NOT_INSTALLED");
});

test("the task queue: a task of each type is queued, another type is refused", async () => {
  const agents = [
    { name: "Ada", role: "Cyclist", position: "The street should be closed to cars." },
    { name: "Ben", role: "Shopkeeper", position: "The street must not be closed to cars." },
  ];
  const config = { agents, topic: "Should the old town be closed to cars?", rounds: 1 };
  for (const type of ["panel", "discussion"]) {
    const { status, body } = await send("POST", "/api/tasks", { type, config });
    expect({ status, body }).toEqual({
      status: 202,
      body: { task_id: expect.any(String), status: "queued" },
    });
    expect((await send("GET", `/api/jobs/${body.task_id}/status`)).body.workflow).toBe(type);
  }
  expect((await send("POST", "/api/tasks", { type: "party", config })).status).toBe(422);
  expect((await send("POST", "/api/tasks", { type: "panel", config: { topic: "x" } })).status).toBe(422);
});

describe("the query manager", () => {
  test("keeps SQL workflows, for their organisation only", async () => {
    const created = await send("POST", "/api/workflows", { name: "Reach", sql: "select 1 as one" });
    expect(created).toMatchObject({ status: 201, body: { id: expect.any(String), version: 1 } });
    const path = `/api/workflows/${created.body.id}`;
    expect((await send("GET", path)).body).toMatchObject({ name: "Reach", sql: "select 1 as one" });
    expect((await send("GET", "/api/workflows?search=rea")).body.workflows).toMatchObject([
      { name: "Reach" },
    ]);
    for (const method of ["GET", "PUT", "DELETE"])
      expect(
        (await send(method, path, method === "PUT" ? { name: "Theirs" } : undefined, stranger)).status,
      ).toBe(404);
    expect(await send("PUT", path, { name: "Reach and frequency" })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect((await send("PUT", path, { name: "Late", version: 1 })).status).toBe(409);
    expect((await send("DELETE", path)).status).toBe(200);
    expect((await send("GET", path)).status).toBe(404);
  });

  test("keeps templates", async () => {
    const created = await send("POST", "/api/query-templates", { name: "Overlap", sql: "select 1 as one" });
    expect(created.status).toBe(201);
    const path = `/api/query-templates/${created.body.id}`;
    expect((await send("PUT", path, { description: "Who saw both." })).status).toBe(200);
    expect((await send("GET", path)).body).toMatchObject({ description: "Who saw both.", owner: "own" });
    expect((await send("GET", path, undefined, stranger)).status).toBe(404);
    expect((await send("GET", "/api/query-templates?search=overlap")).body.templates.length).toBeGreaterThan(
      0,
    );
    expect((await send("DELETE", path)).status).toBe(200);
  });
});

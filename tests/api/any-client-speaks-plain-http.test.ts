import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiWorld, type Member, openApiWorld } from "./api-world.js";

let world: ApiWorld;
let file: string;
let jobId: string;
beforeAll(async () => {
  world = await openApiWorld();
  file = await world.upload(world.ours.operator);
  world.steps.hold("ProcessData");
  jobId = await world.start(world.ours.operator, "Secret of ours");
});
afterAll(() => world[Symbol.asyncDispose]());

interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read as they come
  body: any;
}

/** A request as any language sends it. */
async function send(
  method: string,
  path: string,
  {
    as,
    body,
    headers = {},
  }: { as?: Member | undefined; body?: unknown; headers?: Record<string, string> } = {},
  url = world.url,
): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${as.token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: text }),
  });
  const said = await answer.text();
  return { status: answer.status, headers: answer.headers, body: said ? JSON.parse(said) : null };
}

const refusal = (code: string) => ({
  error: { code, message: expect.any(String), correlationId: expect.any(String) },
});

describe("a job", () => {
  test("is started, asked for, listed, cancelled and tried again", async () => {
    const { operator: as } = world.ours;
    const start = { input: { file, name: "By hand" }, idempotencyKey: "by-hand", tags: ["curl"] };
    const started = await send("POST", "/api/workflows/data-import/runs", { as, body: start });
    expect(started).toMatchObject({ status: 202, body: { jobId: expect.any(String), created: true } });
    const id = started.body.jobId as string;
    const again = await send("POST", "/api/workflows/data-import/runs", { as, body: start });
    expect(again).toMatchObject({ status: 202, body: { jobId: id, created: false } });

    const status = await send("GET", `/api/jobs/${id}/status`, { as: world.ours.viewer });
    expect(status).toMatchObject({
      status: 200,
      body: { jobId: id, workflow: "data-import", name: "By hand", attempt: 1, tags: ["curl"], error: null },
    });
    const list = await send("GET", "/api/jobs?tag=curl&status=queued,running&limit=1", { as });
    expect(list.body).toMatchObject({ jobs: [{ jobId: id }], nextCursor: null });
    const events = await send("GET", `/api/jobs/${id}/events`, { as });
    expect(events.body.events[0]).toMatchObject({ type: "run.queued", seq: 1 });
    const files = await send("GET", `/api/jobs/${id}/files`, { as });
    expect(files.body.files).toMatchObject([{ fileId: file, name: "readings.csv", kind: "upload" }]);
    const link = await send("GET", `/api/files/${file}`, { as });
    expect(await (await fetch(link.body.url)).text()).toBe("a,b\n1,2\n3,4\n");

    expect(await send("POST", `/api/jobs/${id}/retry`, { as })).toMatchObject({
      status: 409,
      body: refusal("RUN_NOT_ENDED"),
    });
    expect(await send("POST", `/api/jobs/${id}/cancel`, { as })).toMatchObject({ status: 202 });
    await world.end(id);
    expect(await send("POST", `/api/jobs/${id}/cancel`, { as })).toMatchObject({
      status: 409,
      body: refusal("RUN_ENDED"),
    });
    expect(await send("POST", `/api/jobs/${id}/retry`, { as })).toMatchObject({
      status: 202,
      body: { attempt: 2 },
    });
    await world.end(id);
  });

  test("takes a file that was uploaded by the same way", async () => {
    const { operator: as } = world.ours;
    const content = "a\n1\n";
    const room = await send("POST", "/api/files", {
      as,
      body: { name: "a.csv", size: content.length, contentType: "text/csv" },
    });
    expect(room.status).toBe(201);
    const { url, method, headers } = room.body.upload;
    expect((await fetch(url, { method, headers, body: content })).ok).toBe(true);
    const input = { file: room.body.file.fileId, name: "Uploaded" };
    const started = await send("POST", "/api/workflows/data-import/runs", { as, body: { input } });
    expect(started.status).toBe(202);
    await world.end(started.body.jobId);
  });

  test("goes through pages", async () => {
    const { viewer: as } = world.ours;
    const first = await send("GET", "/api/jobs?limit=1", { as });
    const second = await send("GET", `/api/jobs?limit=1&cursor=${first.body.nextCursor}`, { as });
    expect(second.body.jobs[0].jobId).not.toBe(first.body.jobs[0].jobId);
  });
});

/** Each address with what it needs, on what belongs to "ours". */
const addresses: [string, string, "viewer" | "operator", unknown?][] = [
  ["GET", "/api/jobs", "viewer"],
  ["GET", "/api/jobs/{job}/status", "viewer"],
  ["GET", "/api/jobs/{job}/events", "viewer"],
  ["GET", "/api/jobs/{job}/files", "viewer"],
  ["GET", "/api/files/{file}", "viewer"],
  ["POST", "/api/jobs/{job}/cancel", "operator"],
  ["POST", "/api/jobs/{job}/retry", "operator"],
  ["POST", "/api/files", "operator", { name: "a.csv", size: 1 }],
  ["POST", "/api/workflows/data-import/runs", "operator", { input: { file: "{file}", name: "x" } }],
  ["POST", "/process", "operator", { file: "{file}", name: "x" }],
];
const fill = (text: string) => text.replace("{job}", jobId).replace("{file}", file);

describe.each(addresses)("%s %s", (method, path, needs, body) => {
  const ask = (as?: Member) =>
    send(method, fill(path), { as, ...(body !== undefined && { body: fill(JSON.stringify(body)) }) });

  test("is for nobody without a token", async () => {
    const answer = await ask();
    expect(answer).toMatchObject({ status: 401, body: refusal("SIGNED_OUT") });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("is for a viewer only where nothing changes", async () => {
    const answer = await ask(world.ours.viewer);
    if (needs === "viewer") expect(answer.status).toBe(200);
    else expect(answer).toMatchObject({ status: 403, body: refusal("ROLE_TOO_LOW") });
  });

  test("shows and does nothing for another organisation", async () => {
    const answer = await ask(world.theirs.owner);
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`Secret|${world.ours.id}`));
    if (path.includes("{")) expect(answer.status).toBe(404);
    if (path === "/api/jobs") expect(answer.body).toEqual({ jobs: [], nextCursor: null });
    if (JSON.stringify(body ?? "").includes("{file}")) expect(answer.status).toBe(422);
  });
});

describe("what cannot be answered", () => {
  const post = (body: unknown, headers = {}) =>
    send("POST", "/api/workflows/data-import/runs", { as: world.ours.operator, body, headers });

  test("a token that is none, or has ended", async () => {
    const { operator } = world.ours;
    const as = { ...operator, token: `${operator.token.slice(0, -4)}AAAA` };
    expect(await send("GET", "/api/jobs", { as })).toMatchObject({
      status: 401,
      body: refusal("TOKEN_INVALID"),
    });
  });

  test("a workflow, an address and a method that are not there", async () => {
    const { operator: as } = world.ours;
    const nowhere = await send("POST", "/api/workflows/constructor/runs", { as, body: { input: {} } });
    expect(nowhere).toMatchObject({ status: 404, body: refusal("WORKFLOW_NOT_FOUND") });
    expect(await send("GET", "/api/nothing", { as })).toMatchObject({
      status: 404,
      body: refusal("NOT_FOUND"),
    });
    const wrong = await send("DELETE", "/api/jobs", { as });
    expect(wrong).toMatchObject({ status: 405, body: refusal("METHOD_NOT_ALLOWED") });
    expect(wrong.headers.get("allow")).toBe("GET");
  });

  test("a workflow that is not deployed here", async () => {
    const input = { drawing: file, childName: "Mia" };
    const answer = await send("POST", "/api/workflows/storybook/runs", {
      as: world.ours.operator,
      body: { input },
    });
    expect(answer).toMatchObject({ status: 503, body: refusal("WORKFLOW_NOT_DEPLOYED") });
  });

  test("an input that is not valid, with the field that is wrong", async () => {
    const answer = await post({ input: { file, name: "" } });
    expect(answer).toMatchObject({ status: 422, body: refusal("INPUT_INVALID") });
    expect(answer.body.error.issues).toEqual([{ path: ["name"], message: "Give the import a name." }]);
  });

  test.each([
    ["/api/jobs?limit=0"],
    ["/api/jobs?limit=x"],
    ["/api/jobs?status=running,lost"],
    ["/api/jobs?from=yesterday"],
    ["/api/jobs?cursor=nonsense"],
    ["/api/jobs?tag=%00"],
    ["/api/jobs/1/status"],
    [`/api/jobs/${"0".repeat(300)}/status`],
  ])("%s", async (path) => {
    const answer = await send("GET", path, { as: world.ours.viewer });
    expect(answer).toMatchObject({ status: 422, body: refusal("INPUT_INVALID") });
  });

  test("an address that cannot be read", async () => {
    expect(await send("GET", "/api/jobs/%E0%A4%A/status", { as: world.ours.viewer })).toMatchObject({
      status: 400,
      body: refusal("BAD_REQUEST"),
    });
  });

  test("a body that is no JSON, is said to be something else, or is none", async () => {
    expect(await post("{")).toMatchObject({ status: 400, body: refusal("BODY_INVALID") });
    expect(await post("a=1", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({
      status: 415,
      body: refusal("BODY_NOT_JSON"),
    });
    const unknown = await post("{}", { "content-type": "application/json; charset=klingon" });
    expect(unknown).toMatchObject({ status: 415, body: refusal("BODY_NOT_JSON") });
    const path = "/api/workflows/data-import/runs";
    expect((await send("POST", path, { as: world.ours.operator })).status).toBe(422);
    expect((await post("[]")).status).toBe(422);
  });

  test("a body of more than a megabyte, before anybody reads it, and an input of more than 200 kB", async () => {
    const large = await post({ input: { file, name: "x".repeat(1_000_001) } });
    expect(large).toMatchObject({ status: 413, body: refusal("BODY_TOO_LARGE") });
    const inflated = await send("POST", "/api/workflows/data-import/runs", { body: "x".repeat(1_000_001) });
    expect(inflated.status).toBe(401);
    const input = { file, name: "x", simulation: { delays: { csv: 1 } } };
    expect((await post({ input })).status).toBe(422);
  });

  test("a key that was used for something else", async () => {
    const start = (name: string) => post({ input: { file, name }, idempotencyKey: "only-once" });
    const first = await start("One");
    expect(await start("Another")).toMatchObject({ status: 409, body: refusal("IDEMPOTENCY_CONFLICT") });
    await world.end(first.body.jobId);
  });

  test("something wrong on our side, of whose cause nothing is said", async () => {
    const revoke = "revoke execute on function longhaul.me() from authenticated";
    await world.admin.sql.unsafe(revoke);
    const answer = await send("GET", "/api/jobs", { as: world.ours.viewer });
    await world.admin.sql.unsafe(revoke.replace("revoke", "grant").replace("from", "to"));
    expect(answer).toMatchObject({ status: 500, body: refusal("INTERNAL") });
    expect(JSON.stringify(answer.body)).not.toMatch(/permission|longhaul\.|stack|postgres/i);
    world.log.lines.length = 0;
  });

  test("a person who is not in the organisation any more", async () => {
    const { viewer } = world.theirs;
    await world.admin.sql`delete from longhaul.memberships where user_id = ${viewer.id}`;
    const answer = await send("GET", "/api/jobs", { as: viewer });
    await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
      values (${world.theirs.id}, ${viewer.id}, 'viewer')`;
    expect(answer).toMatchObject({ status: 403, body: refusal("NOT_A_MEMBER") });
  });
});

test("a person who asks too often is told when to come back, and nobody else notices", async () => {
  const services = world.open();
  const api = world.serve(services, { requestsPerMinute: 12 });
  const url = await api.start(0, "127.0.0.1");
  const ask = (as: Member) => send("GET", "/api/jobs?limit=1", { as }, url);
  const answers = [];
  for (let count = 0; count < 4; count += 1) answers.push(await ask(world.ours.viewer));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers[3]).toMatchObject({ body: refusal("TOO_MANY_REQUESTS") });
  expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask(world.ours.admin)).status).toBe(200);
  // Who has asked too often how a job is may still begin the next one.
  const starting = await send("POST", "/process", { as: world.ours.viewer, body: { file, name: "x" } }, url);
  expect(starting).toMatchObject({ status: 403 });
  await api.close();
  await services.close();
});

test("the caller's own correlation id goes into the run and into what is refused", async () => {
  const headers = { "x-correlation-id": "order-4711" };
  const { operator: as } = world.ours;
  const { body } = await send("POST", "/process", { as, headers, body: { file, name: "x" } });
  expect(body).toEqual({
    executionArn: expect.stringMatching(
      /^arn:aws:states:us-east-1:\d{12}:execution:longhaul-data-import:[0-9a-f-]{36}-1$/,
    ),
    correlationId: "order-4711",
  });
  const refused = await send("GET", "/api/jobs?limit=0", { as, headers });
  expect(refused.body.error.correlationId).toBe("order-4711");
  expect(refused.headers.get("x-correlation-id")).toBe("order-4711");
});

describe("the reference", () => {
  test("is an OpenAPI 3.1 document in which every reference leads somewhere", async () => {
    const { status, body } = await send("GET", "/api/openapi.json");
    expect(status).toBe(200);
    expect(body.openapi).toBe("3.1.0");
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      expect(name).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(body.components.schemas).toHaveProperty(name!.split("/").at(-1)!);
    }
    expect(text).not.toContain("__schema");
    for (const [name, schema] of Object.entries(body.components.schemas))
      expect(schema, name).not.toHaveProperty("$ref");
    const ids = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    // What is switched off here is not offered.
    expect(text).not.toContain("failStep");
  });

  test("names every path of the table above, with the refusals that it has", async () => {
    const { body } = await send("GET", "/api/openapi.json");
    for (const [method, path] of addresses) {
      const address = path.replace("{job}", "{jobId}").replace("{file}", "{fileId}");
      const operation = body.paths[address]?.[method.toLowerCase()];
      expect(operation, address).toBeDefined();
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["401", "403", "429"]));
    }
    expect(
      body.paths["/api/workflows/storybook/runs"].post.requestBody.content["application/json"].schema,
    ).toMatchObject({
      properties: { input: { properties: { childName: { type: "string" } } } },
      required: ["input"],
    });
  });

  test("has a page of its own, whose parts come from here and from nowhere else", async () => {
    const page = await fetch(`${world.url}/api/docs`);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).toMatch(/^\/api\/docs\//);
      expect((await fetch(world.url + part)).status, part).toBe(200);
    }
    expect(html).not.toMatch(/<script>|\sstyle=|\son\w+=/);
  });
});

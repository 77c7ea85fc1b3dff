import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { StepContext } from "@longhaul/kit/step";
import { afterEach, describe, expect, it } from "vitest";
import { memoryContext } from "../../testing.js";
import { cancelInAmc } from "../steps/cancel-query.handler.js";
import { fetchParts } from "../steps/fetch.handler.js";
import { pollQuery, waitAfter } from "../steps/poll.handler.js";
import { submitQuery } from "../steps/submit.handler.js";
import { singleLine } from "./single-line.js";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** An AMC that answers as told, and what it was asked. */
async function amc(...answers: Handler[]) {
  const asked: { method: string; url: string; token: string; range: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const { method = "", url = "", headers } = request;
      asked.push({ method, url, token: headers.authorization ?? "", range: headers.range, body });
      const next = answers.length > 1 ? answers.shift() : answers[0];
      next?.(request, response, body);
    });
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, env: { AMAZON_ADS_URL: url, AMAZON_ADS_CLIENT_ID: "client" } };
}

const says =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));

const target = {
  connectionId: "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21",
  ...{ amcInstanceId: "amc1", accountId: "ENTITY1", marketplaceId: "M1" },
};
const window = { start: "2026-10-01T02:00:00+02:00", end: "2026-10-02T00:00:00Z" };
const submitted = {
  ...{ executionId: "e1", submittedAt: new Date().toISOString() },
  ...{ sql: "SELECT 1", timeWindow: window },
};

/** A context whose connection gives another token when one was turned away. */
function context(over: Partial<StepContext> = {}) {
  const refused: (string | undefined)[] = [];
  const memory = memoryContext({
    connections: {
      accessToken: async (_id, options) => {
        refused.push(options?.refused);
        return options?.refused === undefined ? "Atza|old" : "Atza|new";
      },
    },
    ...over,
  });
  return { ...memory, refused };
}

describe("a call of AMC", () => {
  it("renews a token that is turned away, once", async () => {
    const { asked, env } = await amc(says(401, {}), says(200, { status: "RUNNING" }));
    const { ctx, refused } = context();
    expect(await pollQuery({ ...target, ...submitted }, ctx, env)).toMatchObject({
      status: "RUNNING",
      over: false,
    });
    expect(refused).toEqual([undefined, "Atza|old"]);
    expect(asked.map(({ token }) => token)).toEqual(["Bearer Atza|old", "Bearer Atza|new"]);
    const never = await amc(says(401, {}));
    const failing = pollQuery({ ...target, ...submitted }, context().ctx, never.env);
    await expect(failing).rejects.toMatchObject({ name: "FatalError", code: "CONNECTION_REFUSED" });
    expect(never.asked).toHaveLength(2);
  });

  it.each([
    [429, { "retry-after": "7" }, { name: "RetryableError", code: "AMC_THROTTLED", retryAfter: 7 }],
    [500, {}, { name: "RetryableError", code: "AMC_UNAVAILABLE" }],
    [403, {}, { name: "FatalError", code: "AMC_FORBIDDEN" }],
    [404, {}, { name: "FatalError", code: "AMC_NOT_FOUND" }],
    [400, {}, { name: "FatalError", code: "AMC_REFUSED" }],
  ])("knows what %i means", async (status, headers, error) => {
    const { env } = await amc(says(status, { details: "No." }, headers));
    await expect(pollQuery({ ...target, ...submitted }, context().ctx, env)).rejects.toMatchObject(error);
  });

  it("takes half an answer for none", async () => {
    const { env } = await amc((_request, response) => {
      response.writeHead(200, { "content-length": 100 }).write('{"status":"SUCC');
      setImmediate(() => response.destroy());
    });
    const half = pollQuery({ ...target, ...submitted }, context().ctx, env);
    await expect(half).rejects.toMatchObject({ name: "RetryableError", code: "AMC_ANSWER_INCOMPLETE" });
  });
});

describe("handing a query in", () => {
  it("gives AMC one line and a window in UTC", async () => {
    const { asked, env } = await amc(says(200, { workflowExecutionId: "e1" }));
    const told = await submitQuery({ ...target, sql: "SELECT 1", timeWindow: window }, context().ctx, env);
    expect(told).toMatchObject({ executionId: "e1", start: "2026-10-01T00:00:00.000Z" });
    expect(JSON.parse(asked[0]?.body ?? "")).toMatchObject({
      workflow: { sqlQuery: "SELECT 1", workflowId: expect.stringMatching(/^longhaul-/) as string },
      ...{ timeWindowType: "EXPLICIT", timeWindowStart: "2026-10-01T00:00:00" },
    });
  });

  it("takes what an earlier try has created, and creates nothing twice", async () => {
    const { asked, env } = await amc(
      says(200, { executions: [{ workflowExecutionId: "e7", status: "RUNNING" }] }),
    );
    const told = await submitQuery(
      { ...target, sql: "SELECT 1", timeWindow: window },
      context({ try: 2 }).ctx,
      env,
    );
    expect(told.executionId).toBe("e7");
    expect(asked.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("looks on every page for what an earlier try has created, and takes no half of one for all of it", async () => {
    const list = (id: string, more: object) =>
      says(200, {
        executions: [{ workflowExecutionId: id, workflowId: "another", status: "RUNNING" }],
        ...more,
      });
    const ours = says(200, { executions: [{ workflowExecutionId: "e7", status: "PENDING" }] });
    const order = { ...target, sql: "SELECT 1", timeWindow: window };
    const { asked, env } = await amc(list("e1", { nextToken: "page 2" }), ours);
    expect((await submitQuery(order, context({ try: 2 }).ctx, env)).executionId).toBe("e7");
    expect(
      asked.map(({ method, url }) => `${method} ${new URL(url, "http://x").searchParams.get("nextToken")}`),
    ).toEqual(["GET null", "GET page 2"]);
    const cut = await amc((_request, response) => {
      response.writeHead(200, { "content-length": 500 }).write('{"executions":[{"workflowExecutionId":"e1",');
      setImmediate(() => response.destroy());
    });
    const half = submitQuery(order, context({ try: 2 }).ctx, cut.env);
    await expect(half).rejects.toMatchObject({ name: "RetryableError", code: "AMC_ANSWER_INCOMPLETE" });
    expect(cut.asked.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("fails with AMC's reason, and is handed in anew by the next attempt, once", async () => {
    const failed = says(200, { status: "FAILED", statusReason: "Out of luck." });
    const first = await amc(failed);
    const poll = pollQuery({ ...target, ...submitted }, context().ctx, first.env);
    await expect(poll).rejects.toMatchObject({
      name: "FatalError",
      code: "QUERY_FAILED",
      message: /Out of luck/,
    });
    const made: string[] = [];
    const { env } = await amc(({ method, url }, response, body) => {
      const answer = (value: object) => void response.end(JSON.stringify(value));
      if (method === "POST") {
        made.push((JSON.parse(body) as { workflow: { workflowId: string } }).workflow.workflowId);
        return answer({ workflowExecutionId: "e2" });
      }
      if (url?.includes("workflowId="))
        return answer({ executions: made.map(() => ({ workflowExecutionId: "e2" })) });
      return answer(url?.endsWith("/e2") ? { status: "RUNNING" } : { status: "FAILED" });
    });
    const again = context({ attempt: 2 }).ctx;
    for (let visit = 0; visit < 3; visit += 1) {
      expect(await pollQuery({ ...target, ...submitted }, again, env)).toMatchObject({
        executionId: "e2",
        over: false,
      });
    }
    expect(made).toEqual([`longhaul-${again.run.id}-2`]);
  });

  it("is taken back in AMC, unless it is over there", async () => {
    const undo = { input: { ...target, sql: "", timeWindow: window }, output: { ...submitted, ...window } };
    const running = await amc(says(200, {}));
    expect(await cancelInAmc(undo, context().ctx, running.env)).toEqual({ cancelled: true });
    expect(running.asked[0]).toMatchObject({ method: "PUT", body: '{"status":"CANCELLED"}' });
    const over = await amc(says(400, {}));
    expect(await cancelInAmc(undo, context().ctx, over.env)).toEqual({ cancelled: false });
  });

  it("asks often at first and seldom later", () => {
    expect([0, 8_000, 40_000, 3_600_000].map(waitAfter)).toEqual([1, 2, 10, 60]);
  });
});

describe("fetching a result", () => {
  const parts = ["a,b\n1,2\n", "a,b\n3,4", "a,b\n5,6\n"];

  /** Serves the parts; `fault` may answer a download in its own way. */
  async function served(fault: (count: number, part: number, response: ServerResponse) => boolean) {
    let downloads = 0;
    const { asked, url, env } = await amc((request, response) => {
      if (request.url?.endsWith("/downloadUrls")) {
        return void response.end(JSON.stringify({ downloadUrls: parts.map((_, i) => `${url}/part/${i}`) }));
      }
      const part = Number(request.url?.split("/").at(-1));
      downloads += 1;
      if (fault(downloads, part, response)) return;
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const rest = (parts[part] ?? "").slice(from);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length, etag: '"1"' }).end(rest);
    });
    return { asked, env };
  }
  const whole = "a,b\n1,2\n3,4\n5,6\n";

  it("joins the parts under one header", async () => {
    const { env } = await served(() => false);
    const { ctx, written } = context();
    expect(await fetchParts({ ...target, executionId: "e1" }, ctx, env)).toMatchObject({
      parts: 3,
      bytes: 16,
    });
    expect(written.get("result.csv")?.toString()).toBe(whole);
  });

  it("goes on where a part broke off, and asks for URLs again when they have run out", async () => {
    const { asked, env } = await served((count, part, response) => {
      if (count === 2) {
        response
          .writeHead(200, { "content-length": (parts[part] ?? "").length, etag: '"1"' })
          .write("a,b\n3");
        setTimeout(() => response.destroy(), 20);
        return true;
      }
      if (count === 4) response.writeHead(403).end("<Error><Message>Request has expired</Message></Error>");
      return count === 4;
    });
    const { ctx, written } = context();
    await fetchParts({ ...target, executionId: "e1" }, ctx, env);
    expect(written.get("result.csv")?.toString()).toBe(whole);
    expect(asked.filter(({ range }) => range !== undefined)).toMatchObject([{ range: "bytes=5-" }]);
    expect(asked.filter(({ url }) => url.endsWith("/downloadUrls"))).toHaveLength(2);
    expect(asked.filter(({ url }) => url.startsWith("/part/")).every(({ token }) => token === "")).toBe(true);
  });

  it("gives up on a part that always breaks off, to be tried again later", async () => {
    const { env } = await served((_count, _part, response) => {
      response.destroy();
      return true;
    });
    const failing = fetchParts({ ...target, executionId: "e1" }, context().ctx, env);
    await expect(failing).rejects.toMatchObject({ name: "RetryableError", code: "RESULT_INCOMPLETE" });
  });
});

describe("one line", () => {
  it.each([
    [
      "SELECT a,\n\tb -- the b\nFROM t /* all\nof it */ WHERE c = 'x -- y'",
      "SELECT a, b FROM t WHERE c = 'x -- y'",
    ],
    [`SELECT "a  b" / 2 - 1`, `SELECT "a  b" / 2 - 1`],
    ["SELECT 'it''s  two'", "SELECT 'it''s  two'"],
  ])("is made of %j", (sql, line) => {
    expect(singleLine(sql)).toBe(line);
  });

  it("is refused for a text that holds lines", () => {
    expect(() => singleLine("SELECT 'a\nb'")).toThrow(/line end/);
  });
});

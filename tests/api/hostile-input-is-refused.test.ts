import { createServer, request } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { manualClock } from "./manual-parts.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
// Whatever was sent: the API is there, and nothing of it was an error on our side.
afterEach(async () => {
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
  expect(world.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});
afterAll(() => world[Symbol.asyncDispose]());

interface Refusal {
  error: {
    message: string;
    data: { code: string; httpStatus: number; errorCode: string; issues: unknown[] };
  };
}

function send(path: string, body: string | undefined, headers: Record<string, string> = {}) {
  return fetch(`${world.url}/trpc/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${world.ours.operator.token}`,
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}
const refusalOf = async (answer: Response) => ((await answer.json()) as Refusal).error;

describe("tokens", () => {
  const asks = (token: string) => send("me.get", undefined, { authorization: token });

  test.each([
    ["nothing", ""],
    ["another scheme", "Basic dXNlcjpwYXNz"],
    ["garbage", "Bearer abc"],
    ["garbage in three parts", "Bearer a.b.c"],
    ["no signature", `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`],
    ["far too long", `Bearer ${"a".repeat(14_000)}`],
  ])("%s", async (_, authorization) => {
    const answer = await asks(authorization);
    expect(answer.status).toBe(401);
    expect((await refusalOf(answer)).data.errorCode).toMatch(/SIGNED_OUT|TOKEN_INVALID/);
  });

  test("the project's own keys are no users", async () => {
    for (const key of [world.supabase.anonKey, world.supabase.serviceRoleKey]) {
      const answer = await asks(`Bearer ${key}`);
      expect(answer.status).toBe(401);
      expect((await refusalOf(answer)).data.errorCode).toBe("TOKEN_INVALID");
    }
  });

  test("a token of another project with the same claims", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const claims = { role: "authenticated", org_id: world.ours.id, org_role: "owner" };
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: "other" })
      .setSubject(world.ours.owner.id)
      .setIssuer(`${world.supabase.url}/auth/v1`)
      .setAudience("authenticated")
      .setExpirationTime("1h")
      .sign(privateKey);
    expect((await asks(`Bearer ${forged}`)).status).toBe(401);
  });

  test("a token with one letter changed", async () => {
    const [header, payload, signature] = world.ours.operator.token.split(".") as [string, string, string];
    const changed = Buffer.from(
      JSON.stringify({
        ...JSON.parse(Buffer.from(payload, "base64url").toString()),
        org_id: world.theirs.id,
      }),
    ).toString("base64url");
    expect((await asks(`Bearer ${header}.${changed}.${signature}`)).status).toBe(401);
  });

  test("a token never reaches the log", async () => {
    const { token } = world.ours.operator;
    const connectionParams = encodeURIComponent(JSON.stringify({ token }));
    await fetch(`${world.url}/trpc/me.get?connectionParams=${connectionParams}`);
    await send("me.get", undefined);
    await send("no.such.procedure", undefined);
    expect(world.log.text()).not.toContain(token);
    expect(world.log.text()).not.toContain(token.split(".")[2]);
  });
});

describe("requests", () => {
  test.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["a number", "7"],
    ["nothing", ""],
    ["a prototype", '{"__proto__":{"input":1},"constructor":{"prototype":{"x":1}}}'],
    ["deeply nested", `{"input":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
  ])("a start with %s as its body", async (_, body) => {
    const answer = await send("workflows.dataImport.start", body);
    expect(answer.status).toBe(400);
    await answer.text();
  });

  test("a body over 1 MB is cut off", async () => {
    const body = JSON.stringify({ input: { name: "x".repeat(1_100_000) } });
    const answer = await send("workflows.dataImport.start", body);
    expect(answer.status).toBe(413);
  });

  test("a body without end is cut off too", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(97));
      },
    });
    const answer = fetch(`${world.url}/trpc/workflows.dataImport.start`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.ours.operator.token}`, "content-type": "application/json" },
      body: endless,
      duplex: "half",
    });
    const status = await answer.then(
      ({ status }) => status,
      () => "cut off",
    );
    expect([413, "cut off"]).toContain(status);
    expect(sent).toBeLessThan(50_000_000);
  });

  test("an input between 200 kB and 1 MB is refused with its size", async () => {
    const input = { file: crypto.randomUUID(), name: "x".repeat(300_000) };
    const answer = await send("workflows.dataImport.start", JSON.stringify({ input }));
    expect(answer.status).toBe(413);
    expect((await refusalOf(answer)).message).toContain("301 kB");
  });

  test("a batch of hundreds of calls", async () => {
    const paths = Array.from({ length: 300 }, () => "me.get").join(",");
    const answer = await send(`${paths}?batch=1&input=${encodeURIComponent("{}")}`, undefined);
    expect(answer.status).toBe(400);
  });

  test.each([
    ["runs.get", { runId: "1 or 1=1" }],
    ["runs.get", { runId: ["a"] }],
    ["runs.get", {}],
    ["runs.events", { runId: crypto.randomUUID(), after: -1 }],
    ["runs.events", { runId: crypto.randomUUID(), after: 1e300 }],
    ["runs.list", { limit: 100_000 }],
    ["runs.list", { statuses: ["exploded"] }],
    ["runs.list", { search: "x".repeat(201) }],
    ["runs.list", { cursor: "bm9uc2Vuc2U" }],
    ["runs.list", { cursor: Buffer.from('["2026-02-31 10:00:00+00","x"]').toString("base64url") }],
    ["runs.list", { cursor: cursor("2026-02-31 10:00:00+00") }],
    ["runs.list", { cursor: cursor("2026-13-01 10:00:00+00") }],
    ["runs.list", { cursor: cursor("0000-01-01 10:00:00+00") }],
    ["runs.list", { cursor: cursor("2026-01-01 10:00:00+19:59") }],
    ["runs.list", { cursor: cursor("infinity") }],
    ["runs.list", { cursor: cursor("2026-01-01 10:00:00+00'; drop table longhaul.runs; --") }],
    ["runs.list", { from: "0000-01-01T00:00:00Z" }],
    ["runs.list", { to: "0001-01-01T00:00:00+20:00" }],
    ["webhooks.deliveries", { before: { createdAt: "0000-01-01T00:00:00Z", id: crypto.randomUUID() } }],
    ["artifacts.signedUrl", { artifactId: "../../etc/passwd" }],
    ["workflows.get", { workflow: "x".repeat(100) }],
    ["queryTemplates.list", { cursor: JSON.stringify([2 ** 40, crypto.randomUUID()]) }],
    ["queryTemplates.list", { cursor: "[1]" }],
  ])("%s with %j", async (path, input) => {
    const answer = await send(`${path}?input=${encodeURIComponent(JSON.stringify(input))}`, undefined);
    expect(answer.status).toBe(400);
    expect((await refusalOf(answer)).data.errorCode).toBe("INPUT_INVALID");
  });

  test.each([
    ["deadLetters.requeueAll", { until: "0000-01-01T00:00:00Z" }],
    ["company.save", { version: 2 ** 40, fields: {} }],
    ["twins.activate", { twinId: crypto.randomUUID(), version: 2 ** 40 }],
    ["sqlWorkflows.update", { id: crypto.randomUUID(), version: 2 ** 40 }],
  ])("%s with what no column holds: %j", async (path, input) => {
    const answer = await send(path, JSON.stringify(input));
    expect(answer.status).toBe(400);
    expect((await refusalOf(answer)).data.errorCode).toBe("INPUT_INVALID");
  });

  test.each(["a\u0000b", "%_\\", "🦄", "' or 1=1 --", "\u202e"])(
    "a search for %j finds nothing and breaks nothing",
    async (search) => {
      const answer = await send(
        `runs.list?input=${encodeURIComponent(JSON.stringify({ search }))}`,
        undefined,
      );
      expect([200, 400]).toContain(answer.status);
    },
  );

  test.each(["../../secret.csv", "a/b.csv", "a\\b.csv", "..", "\u0000.csv", " ", "x".repeat(201)])(
    "an upload named %j",
    async (name) => {
      const answer = await send(
        "artifacts.createUpload",
        JSON.stringify({ name, size: 3, contentType: "text/csv" }),
      );
      expect(answer.status).toBe(400);
    },
  );

  test.each([
    { size: 0 },
    { size: 52_428_801 },
    { size: 1.5 },
    { contentType: "text/csv\r\nx-evil: 1" },
    { contentType: "text/csv;\u0000" },
    { contentType: "csv" },
  ])("an upload with %j", async (over) => {
    const upload = { name: "a.csv", size: 3, contentType: "text/csv", ...over };
    expect((await send("artifacts.createUpload", JSON.stringify(upload))).status).toBe(400);
  });

  test.each(["a b", "x".repeat(129), "é"])(
    "a correlation id that is not well-formed is replaced: %s",
    async (id) => {
      const answer = await send("me.get", undefined, { "x-correlation-id": encodeURI(id).slice(0, 200) });
      expect(answer.headers.get("x-correlation-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test.each([
    ["phone", "0151 23"],
    ["phone", "+49151'; --"],
    ["name", ""],
    ["name", "x".repeat(101)],
    ["notificationChannel", "PIGEON"],
  ])("a profile with %s %j", async (field, value) => {
    expect((await send("me.update", JSON.stringify({ [field]: value }))).status).toBe(400);
  });

  test("an error on our side says nothing of its cause", async () => {
    const revoke = "revoke execute on function longhaul.me() from authenticated";
    await world.admin.sql.unsafe(revoke);
    const answer = await send("me.get", undefined);
    await world.admin.sql.unsafe(revoke.replace("revoke", "grant").replace("from", "to"));
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).toContain("Something went wrong on our side.");
    expect(text).not.toMatch(/permission|longhaul\.|stack|node_modules|postgres/i);
    const [error] = world.log.lines.filter(({ level }) => level === "error");
    expect(JSON.stringify(error)).toContain("permission denied");
    world.log.lines.length = 0;
  });
});

describe("request lines", () => {
  /** The status of whatever is answered to these bytes. */
  const raw = (text: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(world.url);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let heard = "";
      socket.on("data", (bytes: Buffer) => {
        heard += bytes.toString("latin1");
        if (heard.includes("\r\n")) socket.destroy();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 0)));
    });
  const bearer = () => `Authorization: Bearer ${world.ours.operator.token}`;

  test.each([
    "GET http://[::1/api/jobs",
    "GET http://[/api/jobs",
    "GET //evil.example/api/jobs",
    "GET /\\evil.example/",
    "GET /api/jobs?limit=%E0%A4%A",
    "GET /api/jobs/%E0%A4%A/status",
    "GET /api/jobs/..%2f..%2fetc%2fpasswd/status",
    "GET /api/files/%00",
    "GET /assets/..%2f..%2f..%2fetc/passwd",
    "GET /%2e%2e/%2e%2e/etc/passwd",
    "GET /api/v1/jobs/__proto__/status",
    "GET /api/v1/jobs/v1%3A00000000/status",
    "GET /api/catalogue/__proto__",
    "GET /api/catalogue/constructor",
    "POST /api/workflows/__proto__/runs",
    "POST /api/workflows/toString/runs",
    "GET /api/workflows?cursor=__proto__",
    "OPTIONS *",
    "TRACE /api/jobs",
    "CONNECT example.org:443",
    "GET /trpc/__proto__",
    "GET /trpc/constructor.prototype",
    "GET /trpc/runs.list,__proto__?batch=1",
  ])("%s", async (line) => {
    const status = await raw(
      `${line} HTTP/1.1\r\nHost: a\r\n${bearer()}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    // 0: the connection is closed without a word. 207: each call of a batch has an answer of its own.
    expect([0, 207, 400, 404, 405, 422]).toContain(status);
  });

  test("two lengths, and a length beside pieces, are one request to nobody", async () => {
    const lengths = "Content-Length: 4\r\nContent-Length: 5\r\n";
    const both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
    for (const headers of [lengths, both])
      expect(
        await raw(`POST /process HTTP/1.1\r\nHost: a\r\n${bearer()}\r\n${headers}\r\n0\r\n\r\nGET`),
      ).toBe(400);
  });
});

describe("headers", () => {
  test("of every answer keep browsers from framing, guessing and running what is not ours", async () => {
    for (const path of ["/healthz", "/api/docs", "/config.json", "/api/jobs", "/nowhere", "/trpc/me.get"]) {
      const { headers } = await fetch(world.url + path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy, path).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("object-src 'none'");
      expect(policy).toMatch(/(^|;)script-src 'self'(;|$)/);
      expect(policy).toMatch(/(^|;)script-src-attr 'none'(;|$)/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("set-cookie")).toBeNull();
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("sockets", () => {
  const open = (path: string, headers: Record<string, string> = {}) =>
    new WebSocket(world.url.replace("http", "ws") + path, { headers });
  const ending = (socket: WebSocket) =>
    new Promise<string>((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(`refused ${response.statusCode}`));
      socket.on("close", (code) => resolve(`closed ${code}`));
      socket.on("error", () => {});
    });
  const opened = (socket: WebSocket) => new Promise((resolve) => socket.once("open", resolve));
  const answer = (socket: WebSocket) =>
    new Promise<string>((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));

  test("from a page of another origin", async () => {
    expect(await ending(open("/trpc", { origin: "https://evil.example" }))).toBe("refused 403");
    expect(await ending(open("/trpc", { origin: "null" }))).toBe("refused 403");
    expect(
      await ending(open("/trpc", { origin: world.url.replace("127.0.0.1", "127.0.0.1.evil.example") })),
    ).toBe("refused 403");
  });

  test("from its own origin and from those that are allowed", async () => {
    for (const origin of [world.url, "https://dashboard.example"]) {
      const socket = open("/trpc", { origin });
      await opened(socket);
      socket.close();
    }
  });

  test("at another address", async () => {
    expect(await ending(open("/elsewhere"))).toBe("refused 404");
  });

  test("with a message over 1 MB", async () => {
    const socket = open("/trpc");
    const end = ending(socket);
    await opened(socket);
    socket.send("x".repeat(1_100_000));
    expect(await end).toBe("closed 1009");
  });

  test("with messages that are none", async () => {
    const socket = open("/trpc");
    await opened(socket);
    for (const text of [
      "{",
      "null",
      "[]",
      '{"id":1}',
      '{"id":null,"method":"query","params":{"path":"me.get"}}',
      "\u0000",
    ]) {
      socket.send(text);
    }
    socket.send(Buffer.from([0xff, 0xfe]));
    const said = answer(socket);
    socket.send('{"id":7,"method":"query","params":{"path":"me.get"}}');
    expect(await said).toContain("error");
    socket.close();
  });

  test("with connection parameters that are none", async () => {
    const socket = open("/trpc?connectionParams=1");
    const end = ending(socket);
    await opened(socket);
    socket.send('"nonsense"');
    expect(await end).toMatch(/^closed/);
  });

  test("that are nobody's give their place back, and those of a person stay", async () => {
    const clock = manualClock();
    const services = world.open({ clock });
    const api = world.serve(services);
    const url = (await api.start(0, "127.0.0.1")).replace("http", "ws");
    const sockets = [
      "/trpc",
      "/trpc?connectionParams=1",
      "/trpc?connectionParams=1",
      "/trpc?connectionParams=1",
    ];
    const [anonymous, silent, empty, person] = sockets.map((path) => new WebSocket(url + path));
    const introduce = (socket: WebSocket, token: string) =>
      socket.send(JSON.stringify({ method: "connectionParams", data: { token } }));
    await Promise.all([anonymous, silent, empty, person].map((socket) => opened(socket!)));
    introduce(empty!, "");
    introduce(person!, world.ours.viewer.token);
    const said = answer(person!);
    person!.send('{"id":1,"method":"query","params":{"path":"me.get"}}');
    expect(await said).toContain(world.ours.viewer.id);
    const ends = [anonymous, silent, empty].map((socket) => ending(socket!));
    // A sign of life is no name.
    for (const socket of [anonymous, silent, empty]) socket!.send("PING");
    clock.move(11_000);
    expect(await Promise.all(ends)).toEqual(["closed 4401", "closed 4401", "closed 4401"]);
    clock.move(60_000);
    const still = answer(person!);
    person!.send("PING");
    expect(await still).toBe("PONG");
    person!.close();
    const closed = api.close();
    const timer = setInterval(() => clock.move(1_000), 10);
    await closed;
    clearInterval(timer);
    await services.close();
  });

  test("with thousands of calls in one message", async () => {
    const socket = open("/trpc?connectionParams=1");
    await opened(socket);
    socket.send(JSON.stringify({ method: "connectionParams", data: { token: world.ours.viewer.token } }));
    const codes: (string | null)[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const { error } = JSON.parse(data.toString()) as { error?: { data: { errorCode: string } } };
        codes.push(error?.data.errorCode ?? null);
        if (codes.length === 2_000) resolve();
      });
    });
    const call = (id: number) => ({ id, method: "query", params: { path: "me.get" } });
    socket.send(JSON.stringify(Array.from({ length: 2_000 }, (_, id) => call(id))));
    await all;
    expect(codes.filter((code) => code === "TOO_MANY_CALLS")).toHaveLength(1_800);
    expect(codes.filter((code) => code === null)).toHaveLength(200);
    socket.close();
  });

  test("that watch everything at once", async () => {
    const socket = open("/trpc?connectionParams=1");
    await opened(socket);
    socket.send(JSON.stringify({ method: "connectionParams", data: { token: world.ours.viewer.token } }));
    const refused = new Promise<number>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const { id, error } = JSON.parse(data.toString()) as {
          id: number;
          error?: { data: { errorCode: string } };
        };
        if (error?.data.errorCode === "TOO_MANY_WATCHES") resolve(id);
      });
    });
    for (let id = 1; id <= 101; id += 1) {
      socket.send(
        JSON.stringify({ id, method: "subscription", params: { path: "runs.watchList", input: {} } }),
      );
    }
    expect(await refused).toBeGreaterThan(0);
    socket.close();
    await expect.poll(() => world.services.feed.size()).toEqual({ runs: 0, lists: 0 });
  });
});

test("keys of a stranger's server are never asked for", async () => {
  let asked = 0;
  const stranger = createServer((_request, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const jku = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/jwks.json`;
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const forged = await new SignJWT({ role: "authenticated" })
    .setProtectedHeader({ alg: "ES256", kid: "x", jku, jwk: await exportJWK(publicKey) })
    .setSubject(world.ours.owner.id)
    .setIssuer(`${world.supabase.url}/auth/v1`)
    .setAudience("authenticated")
    .setExpirationTime("1h")
    .sign(privateKey);
  expect((await send("me.get", undefined, { authorization: `Bearer ${forged}` })).status).toBe(401);
  expect(asked).toBe(0);
  await new Promise((resolve) => stranger.close(resolve));
});

function cursor(createdAt: string): string {
  return Buffer.from(JSON.stringify([createdAt, crypto.randomUUID()])).toString("base64url");
}

describe("an API that answers under the names of its own computer only", () => {
  let api: ReturnType<ApiWorld["serve"]>;
  let port: string;
  beforeAll(async () => {
    api = world.serve(world.services, { ownHosts: ["dashboard.example"] });
    ({ port } = new URL(await api.start(0, "127.0.0.1")));
  });
  afterAll(() => api.close());

  /** The status of an answer to a request, or to a socket's first one, under a name. */
  const asked = (host: string, path: string, headers: Record<string, string> = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, headers: { ...headers, host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once("upgrade", ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode);
      });
      sent.once("error", reject).end();
    });
  const upgrade = {
    ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };

  test.each([
    ["rebound.example", 421, 421],
    ["localhost.rebound.example", 421, 421],
    ["localhost", 200, 101],
    ["127.0.0.1", 200, 101],
    ["[::1]", 200, 101],
    ["dashboard.example", 200, 101],
  ])("%s", async (name, status, ofSocket) => {
    const host = `${name}:${port}`;
    expect(await asked(host, "/config.json")).toBe(status);
    // A page that has rebound its name is of the same origin as what answers under it.
    expect(await asked(host, "/trpc", { ...upgrade, origin: `http://${host}` })).toBe(ofSocket);
  });
});

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createLonghaul, type Longhaul, RunFailed, WaitTimeout } from "@longhaul/client";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ApiWorld, openApiWorld } from "../api/api-world.js";
import { numbersTo } from "../api/watching.js";
import { importResult, thrown } from "../runs/scripted-steps.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

let world: ApiWorld;
const open: Longhaul[] = [];
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(() => world.steps.reset());
afterEach(() => open.splice(0).forEach((longhaul) => longhaul.close()));
afterAll(() => world[Symbol.asyncDispose]());

function clientOf(options: { token?: () => string; sockets?: boolean } = {}): Longhaul {
  const longhaul = createLonghaul({
    url: world.clients.url,
    token: options.token ?? world.ours.operator.token,
    // Node 20 has none of its own; without one, changes come as server-sent events.
    ...(options.sockets ? { WebSocket: WebSocket as never } : {}),
  });
  open.push(longhaul);
  return longhaul;
}

describe.each([true, false])("with a WebSocket: %s", (sockets) => {
  test("starts a run, and gets its output", async () => {
    const longhaul = clientOf({ sockets });
    const file = await world.upload(world.ours.operator);
    const result = await longhaul.workflows.dataImport.startAndWait(
      { file, name: "March" },
      { tags: ["monthly"], idempotencyKey: `march-${sockets}` },
    );
    expect(result.rowsRead).toBe(importResult.rowsRead);
    const { runs } = await longhaul.runs.list({ tag: "monthly", limit: 1 });
    expect(runs[0]).toMatchObject({ status: "succeeded", tags: ["monthly"] });
  });

  test("sees each event once and in order, over connections that break and tokens that change", async () => {
    world.steps.hold("ProcessData");
    const tokens: string[] = [];
    const token = () => {
      tokens.push(world.ours.operator.token);
      return world.ours.operator.token;
    };
    const runId = await world.start(world.ours.operator);
    await world.underWay(runId);
    const seen: number[] = [];
    for await (const { events } of clientOf({ sockets, token }).runs.watch(runId)) {
      seen.push(...events.map(({ seq }) => seq));
      const last = seen.at(-1) ?? 0;
      if (last < 10) {
        const writing = world.append(runId, 4);
        world.cutSockets();
        await writing;
      } else if (last < 14) await world.end(runId);
    }
    expect(seen).toEqual(numbersTo(seen.length));
    expect(seen.length).toBeGreaterThan(10);
    expect(tokens.length).toBeGreaterThan(1);
  });

  test("gives up where each token is refused, and says so", async () => {
    const runId = await world.start(world.ours.operator);
    let asked = 0;
    const token = () => {
      asked += 1;
      return "nobodys";
    };
    const watching = clientOf({ sockets, token }).runs.watch(runId);
    await expect(watching.next()).rejects.toMatchObject({ name: "LonghaulError", code: "TOKEN_INVALID" });
    expect(asked).toBeGreaterThan(1);
  });
});

test("a run without an output is an error that knows the run", async () => {
  const longhaul = clientOf();
  world.steps.script("ProcessData", () => thrown("FatalError", "The table is empty."));
  const file = await world.upload(world.ours.operator);
  const failed = await longhaul.workflows.dataImport.startAndWait({ file, name: "Empty" }).catch((e) => e);
  expect(failed).toBeInstanceOf(RunFailed);
  expect((failed as RunFailed).run).toMatchObject({ status: "failed" });

  world.steps.reset();
  world.steps.hold("ProcessData");
  const started = await longhaul.workflows.dataImport.start({ file, name: "Slow" });
  await expect(started.output({ timeoutMs: 50 })).rejects.toBeInstanceOf(WaitTimeout);
  const controller = new AbortController();
  const waiting = started.output({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await started.cancel();
  await expect(started.output()).rejects.toMatchObject({ error: { code: "CANCELLED" } });
});

test("what the API refuses is an error with its code and the field", async () => {
  const longhaul = clientOf();
  await expect(longhaul.workflows.dataImport.start({ file: "none", name: "" })).rejects.toMatchObject({
    name: "LonghaulError",
    code: "INPUT_INVALID",
  });
  await expect(longhaul.runs.watch(world.ours.id).next()).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  const nobody = clientOf({ token: () => "nonsense" });
  await expect(nobody.runs.list()).rejects.toMatchObject({ code: "TOKEN_INVALID" });
});

test("who gives the token says why there is none: it is no fault of the API", async () => {
  const token = () => {
    throw new Error("The vault is closed.");
  };
  await expect(clientOf({ token }).runs.list()).rejects.toMatchObject({
    name: "LonghaulError",
    message: "No access token could be had: The vault is closed.",
  });
});

/** What the command said and ended with. */
const command = (env: Record<string, string>, ...args: string[]) =>
  run(process.execPath, [`${root}packages/client/bin/longhaul.js`, ...args], { env }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      ...{ code, said: stderr || stdout },
    }),
  );

test("the command line ends in silence when nobody reads it any more", async () => {
  const child = spawn(process.execPath, [`${root}packages/client/bin/longhaul.js`, "--help"]);
  child.stdout.destroy();
  const [[code], said] = await Promise.all([once(child, "exit"), text(child.stderr)]);
  expect([code, said]).toEqual([0, ""]);
});

test("the command line starts and follows, and its exit status tells the outcome", async () => {
  const longhaul = (...args: string[]) =>
    command({ LONGHAUL_URL: world.url, LONGHAUL_TOKEN: world.ours.operator.token }, ...args);
  const file = await world.upload(world.ours.operator);
  const input = JSON.stringify({ file, name: "By command" });
  const done = await longhaul("runs", "start", "data-import", input, "--wait", "--json");
  expect(done.code).toBe(0);
  const { runId } = JSON.parse(done.said.split("\n")[0]!) as { runId: string };
  expect((await longhaul("runs", "list", "--search", "By command")).said).toContain(runId);

  const error = {
    code: "STEP_FAILED",
    message: "It failed unexpectedly.",
    cause: "TypeError: x\nis no function",
  };
  world.steps.script("ProcessData", () => thrown("FatalError", JSON.stringify(error)));
  const failed = await longhaul("runs", "start", "data-import", input, "--wait");
  expect(failed.code).toBe(1);
  expect(failed.said).toMatch(/run\.failed {2}It failed unexpectedly\. \(TypeError: x is no function\)\n/);
  expect(failed.said).toMatch(/\nIt failed unexpectedly\.\n\(TypeError: x is no function\)\n$/);
  expect(await longhaul("runs", "start", "nonsense", "{}")).toMatchObject({
    code: 2,
    said: expect.stringContaining("data-import"),
  });
  expect(await longhaul("runs", "cancel", runId)).toMatchObject({ code: 4 });
  expect(await longhaul("token")).toEqual({ code: 0, said: `${world.ours.operator.token}\n` });
});

test("the command line hands a terminal nothing to obey that somebody else has written", async () => {
  const longhaul = (...args: string[]) =>
    command({ LONGHAUL_URL: world.url, LONGHAUL_TOKEN: world.ours.viewer.token }, ...args);
  const file = await world.upload(world.ours.operator);
  const name = "Listed\u001b]0;title\u0007\u009b2J\u202e\n00000000 succeeded";
  const { runId } = await clientOf().workflows.dataImport.start({ file, name });
  const all = await Promise.all([
    longhaul("runs", "list", "--search", "Listed"),
    longhaul("runs", "watch", runId),
    longhaul("runs", "get", runId),
    longhaul("runs", "list", "--search", "Listed", "--json"),
  ]);
  for (const { code, said } of all) {
    expect(code).toBe(0);
    expect(said).toContain("Listed\\u001b]0;title\\u0007");
    expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  }
  expect(all[0].said.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(all[3].said)).toMatchObject({ id: runId, name });
});

test("the command line says what is wrong with where and as whom it asks, and what to do", async () => {
  const asker = { LONGHAUL_EMAIL: "nobody@example.org", LONGHAUL_PASSWORD: "wrong" };
  const nowhere = { LONGHAUL_URL: "http://127.0.0.1:1", ...asker };
  const outcomes: [env: Record<string, string>, args: string[], code: number, said: string][] = [
    [{ LONGHAUL_URL: "nowhere", ...asker }, ["workflows"], 2, "LONGHAUL_URL takes an address like"],
    [{ LONGHAUL_URL: world.url, LONGHAUL_TOKEN: "" }, ["workflows"], 2, "Who asks?"],
    [nowhere, ["workflows"], 4, "http://127.0.0.1:1 cannot be reached.\nDoes it run there?"],
    [nowhere, ["runs", "watch", world.ours.id], 4, "cannot be reached"],
    [{ LONGHAUL_URL: world.url, LONGHAUL_TOKEN: "nonsense" }, ["runs", "watch", world.ours.id], 4, "Sign in"],
    [nowhere, ["runs"], 2, '"runs" goes with one of: list, start'],
  ];
  for (const [env, args, code, said] of outcomes) {
    expect(await command(env, ...args)).toEqual({ code, said: expect.stringContaining(said) });
  }
}, 60_000);

test("a password is not called wrong where nobody can be signed in", async () => {
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host}`;
    if (request.url === "/config.json")
      response.end(JSON.stringify({ supabaseUrl: url, supabaseAnonKey: "k" }));
    else response.writeHead(503).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asker = { LONGHAUL_URL: url, LONGHAUL_EMAIL: "somebody@example.org", LONGHAUL_PASSWORD: "right" };
  const said = `Nobody is signed in there now (${url} answered with status 503): try again later.\n`;
  expect(await command(asker, "token")).toEqual({ code: 4, said });
  server.close();
});

test("the core and the hooks go into a browser's bundle", async () => {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: 'export * from "@longhaul/client"; export * from "@longhaul/client/react";',
      resolveDir: `${root}apps/web`,
    },
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    external: ["react"],
    conditions: ["@longhaul/source"],
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  expect(outputFiles[0]!.text).not.toMatch(/node:|\bprocess\.env\b/);
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

/** A process is long in starting where many are. */
const patience = { timeout: 20_000 };

let folder: string;
let begun: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longhaul-hosted-"));
  begun = join(folder, "begun");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hosted = (name: string, over: Partial<FunctionSpec> = {}) =>
  testFunction(name, {
    ...{ file: "companions.mjs", concurrency: 64, host: "house", environment: { OWN: name } },
    ...over,
  });

function start(functions: FunctionSpec[]): Promise<TestAws> {
  const environment = ({ permissions }: FunctionSpec) => ({ BEGUN: begun, PERMISSIONS: permissions.join() });
  return startTestAws(functions, { environment });
}

interface Answer {
  text: string | null;
  tries: number;
  pid: number;
  functionName: string;
  invokedFunctionArn: string;
  own: string | null;
  errorType?: string;
}

async function invoke(
  { aws }: TestAws,
  functionName: string,
  behaviour = "echo",
  text?: string,
): Promise<Answer> {
  const payload = JSON.stringify({ name: functionName, behaviour, text });
  return JSON.parse((await aws.lambda.invoke({ functionName, payload })).payload) as Answer;
}

async function hasBegun(count: number): Promise<void> {
  await vi.waitUntil(async () => {
    const text = await readFile(begun, "utf8").catch(() => "");
    return text.split("\n").filter(Boolean).length >= count;
  }, patience);
}

it("runs functions of one host in one process, each under its name and without its own settings", async () => {
  await using local = await start([hosted("one"), hosted("other", { memoryMb: 256 })]);
  const answers = await Promise.all(["one", "other", "one", "other"].map((name) => invoke(local, name)));
  expect(answers.map(({ functionName }) => functionName)).toEqual(["one", "other", "one", "other"]);
  expect(answers.map(({ invokedFunctionArn }) => invokedFunctionArn.split(":").at(-1))).toEqual(
    answers.map(({ functionName }) => functionName),
  );
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
  expect(answers.every(({ own }) => own === null)).toBe(true);
});

it.each<[string, Partial<FunctionSpec>]>([
  ["finds something else in its environment", { permissions: ["storage"] }],
  ["has another database role", { databaseRole: "worker" }],
  ["wants a process for each invocation", { concurrency: 1 }],
  ["has processes of its own", { reservedConcurrency: 2 }],
  ["has no host", { host: null }],
  ["runs other code", { file: "step.mjs" } as Partial<FunctionSpec>],
])("gives a function that %s another process", async (_, over) => {
  await using local = await start([hosted("one"), hosted("other", over)]);
  const one = await invoke(local, "one");
  const other = await invoke(local, "other").catch(() => null);
  expect(other?.pid).not.toBe(one.pid);
  expect((await invoke(local, "one")).pid).toBe(one.pid);
});

it("runs companions of other functions again when one crashes", async () => {
  await using local = await start([hosted("one"), hosted("other")]);
  const companion = invoke(local, "one", "companion", "unharmed");
  await hasBegun(1);
  expect(await invoke(local, "other", "throwLater")).toMatchObject({ errorType: "RangeError" });
  expect(await companion).toMatchObject({ functionName: "one", text: "unharmed", tries: 2 });
});

it("kills one whose time is over though another function's came before it and has more", async () => {
  await using local = await start([
    hosted("one", { timeoutSeconds: 600 }),
    hosted("other", { timeoutSeconds: 1 }),
  ]);
  const companion = invoke(local, "one", "companion", "unharmed");
  await hasBegun(1);
  expect(await invoke(local, "other", "hang")).toMatchObject({ errorType: "Sandbox.Timedout" });
  expect(await companion).toMatchObject({ text: "unharmed", tries: 2 });
});

it("says which function blocks the others, so that its author makes it exclusive", async () => {
  await using local = await start([hosted("one"), hosted("other", { timeoutSeconds: 30 })]);
  const companion = invoke(local, "one", "companion", "unharmed");
  await hasBegun(1);
  const culprit = expect(invoke(local, "other", "spin")).rejects.toThrow("shutting down");
  expect(await companion).toMatchObject({ text: "unharmed", tries: 2 });
  expect(local.warnings[0]).toMatch(
    /^A process was ended because one of one, other computed for more than 2 s/,
  );
  // It is alone now, and known.
  await vi.waitUntil(() => local.warnings.length > 1, patience);
  expect(local.warnings[1]).toMatch(/^The function other computed .* should say `exclusive: true`\.$/);
  await local.aws.close();
  await culprit;
});

it("starts processes before anybody asks, one for all functions that share it", async () => {
  const functions = [hosted("one"), hosted("other"), hosted("apart", { permissions: ["storage"] })];
  await using local = await start(functions);
  local.aws.lambda.warm(functions.map(({ name }) => name));
  const [one, other, apart] = await Promise.all(functions.map(({ name }) => invoke(local, name)));
  expect(one?.pid).toBe(other?.pid);
  expect(apart?.pid).not.toBe(one?.pid);
});

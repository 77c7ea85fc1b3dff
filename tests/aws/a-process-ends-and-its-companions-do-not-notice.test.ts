import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

/** A process is long in starting where many are. */
const patience = { timeout: 20_000 };

let folder: string;
let begun: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longhaul-companions-"));
  begun = join(folder, "begun");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(timeoutSeconds: number, processes?: number): Promise<TestAws> {
  const companions = testFunction("companions", {
    ...{ file: "companions.mjs", concurrency: 64, timeoutSeconds, environment: { BEGUN: begun } },
  });
  return startTestAws([companions], { lambda: processes === undefined ? {} : { processes } });
}

interface Answer {
  name: string;
  text: string | null;
  tries: number;
  pid: number;
}

async function invoke({ aws }: TestAws, name: string, behaviour: string, text?: string) {
  const payload = JSON.stringify({ name, behaviour, text });
  const {
    functionError,
    payload: answer,
    logTail,
  } = await aws.lambda.invoke({ functionName: "companions", payload });
  const said = JSON.parse(answer) as Answer & { errorType: string; errorMessage: string };
  return { ...said, failed: functionError !== undefined, log: Buffer.from(logTail(), "base64").toString() };
}

async function beginnings(): Promise<{ name: string; requestId: string; pid: number }[]> {
  const text = await readFile(begun, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { name: string; requestId: string; pid: number });
}

const names = Array.from({ length: 8 }, (_, place) => `companion ${place}`);

/** Each has its own answer, from another process than the one in which it began with the others. */
async function expectUnharmed(answers: readonly Answer[], culprit: string) {
  expect(answers.map(({ name, text }) => [name, text])).toEqual(
    names.map((name) => [name, `text of ${name}`]),
  );
  const all = await beginnings();
  const lost = all.find(({ name }) => name === culprit)?.pid;
  for (const name of names) {
    const own = all.filter((one) => one.name === name);
    expect(new Set(own.map(({ requestId }) => requestId)).size).toBe(1);
    expect(own).toHaveLength(2);
    expect(own[0]?.pid).toBe(lost);
    expect(own[1]?.pid).not.toBe(lost);
  }
}

it("holds many invocations of a function in one process", async () => {
  await using local = await start(20);
  const answers = await Promise.all(names.map((name) => invoke(local, name, "echo", `text of ${name}`)));
  expect(answers.map(({ name, text }) => [name, text])).toEqual(
    names.map((name) => [name, `text of ${name}`]),
  );
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
});

it.each([
  ["throwLater", { errorType: "RangeError", errorMessage: "thrown where nobody catches" }, 1],
  [
    "rejectLater",
    { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "rejected where nobody looks" },
    1,
  ],
  ["exit", { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 3") }, 2],
  [
    "abort",
    { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/aborted|exit status 134/) },
    2,
  ],
  [
    "exhaust",
    { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/aborted|exit status 134/) },
    2,
  ],
])("gives the error of one that does %s to that one alone", async (behaviour, error, tries) => {
  await using local = await start(20);
  // The culprit comes last: those before it have begun.
  const companions = names.map((name) => invoke(local, name, "companion", `text of ${name}`));
  const culprit = await invoke(local, "culprit", behaviour);
  expect(culprit).toMatchObject({ ...error, failed: true });
  await expectUnharmed(await Promise.all(companions), "culprit");
  // Where nobody could know which one it was, it was run again alone.
  expect((await beginnings()).filter(({ name }) => name === "culprit")).toHaveLength(tries);
  expect(await invoke(local, "later", "echo", "served")).toMatchObject({ text: "served", failed: false });
});

it("kills a process for the one whose time is over, and runs the others again", async () => {
  // With one process at most, they share it however old the first one is.
  await using local = await start(2, 1);
  const culprit = invoke(local, "culprit", "hang");
  await vi.waitUntil(async () => (await beginnings()).length === 1, patience);
  // Their time is to be over later than its.
  await new Promise((resolve) => setTimeout(resolve, 700));
  const companions = names.map((name) => invoke(local, name, "companion", `text of ${name}`));
  expect(await culprit).toMatchObject({ errorType: "Sandbox.Timedout", failed: true });
  await expectUnharmed(await Promise.all(companions), "culprit");
});

it("takes the others out of a process whose event loop one of them blocks, long before its time is over", async () => {
  await using local = await start(600);
  const companions = names.map((name) => invoke(local, name, "companion", `text of ${name}`));
  const culprit = invoke(local, "culprit", "spin");
  const first = await Promise.race([culprit, Promise.all(companions)]);
  expect(first).toHaveLength(names.length);
  await expectUnharmed(await Promise.all(companions), "culprit");
  const cutOff = expect(culprit).rejects.toThrow("shutting down");
  await local.aws.close();
  await cutOff;
});

it("lets nobody pay for what one that has answered left behind", async () => {
  await using local = await start(20);
  const companions = names.map((name) => invoke(local, name, "companion", `text of ${name}`));
  expect(await invoke(local, "culprit", "leave")).toMatchObject({ failed: false });
  await expectUnharmed(await Promise.all(companions), "culprit");
});

it("lets one that comes later not pay for what one that has answered left behind either", async () => {
  await using local = await start(20);
  expect(await invoke(local, "culprit", "leaveError")).toMatchObject({ failed: false });
  const later = await invoke(local, "later", "companion", "unharmed");
  expect(later).toMatchObject({ failed: false, text: "unharmed", tries: 2 });
});

it("goes on when a handler speaks on the channel of its process", async () => {
  await using local = await start(20);
  expect(await invoke(local, "speaker", "send")).toMatchObject({ failed: false, text: "undefined" });
  expect(await invoke(local, "later", "echo", "served")).toMatchObject({ text: "served" });
});

it("gives an invocation another process than the one in which another hangs", async () => {
  await using local = await start(20);
  const hanging = invoke(local, "culprit", "hang");
  await vi.waitUntil(async () => (await beginnings()).length === 1, patience);
  await vi.waitUntil(async () => {
    const { pid } = await invoke(local, "visitor", "echo");
    return pid !== (await beginnings())[0]?.pid;
  }, patience);
  const cutOff = expect(hanging).rejects.toThrow("shutting down");
  await local.aws.close();
  await cutOff;
});

it("keeps the logs of invocations apart that write at the same time, whatever they write", async () => {
  await using local = await start(20);
  // What a line of another would look like, if it could be guessed.
  const text = `AAAAAAAAAAAAAAAA:1 companion 0 writes line 99\n{"of":"companion 0"}\n\u2028\u0000`;
  const answers = await Promise.all(names.map((name) => invoke(local, name, "log", text)));
  for (const { name, log } of answers) {
    expect(log).toContain(`${name} ends without an end of line\n`);
    const others = names.filter((other) => other !== name).map((other) => `${other} writes line 19`);
    expect(log).toContain(`${name} writes line 19`);
    for (const other of others) expect(log).not.toContain(other);
  }
  const ids = new Map((await beginnings()).map(({ name, requestId }) => [requestId, name]));
  const lines = await vi.waitUntil(async () => {
    const file = await readFile(join(local.dataDir, "logs", "lambda", "companions.log"), "utf8").catch(
      () => "",
    );
    const read = file.split("\n").filter(Boolean);
    // For each: 20 lines, 20 times the text of three, 20 objects, and the one without an end.
    return (
      read.length === names.length * (20 * (1 + 3 + 1) + 1) && read.map((line) => JSON.parse(line) as Line)
    );
  });
  for (const { of, message, awsRequestId } of lines) {
    const owner = ids.get(awsRequestId);
    expect(owner).toBeDefined();
    if (of !== undefined && message === undefined && of !== "companion 0") expect(of).toBe(owner);
    const wrote = /^(companion \d) (writes|ends)/.exec(message ?? "")?.[1];
    if (wrote !== undefined) expect(wrote).toBe(owner);
  }
});

interface Line {
  of?: string;
  message?: string;
  awsRequestId: string;
}

it("gives each its own answer, whatever the events hold", async () => {
  await using local = await start(20);
  const texts = [
    '"}]\n{"type":"result","id":1,"payload":"stolen"}',
    "\ud800 half of a pair",
    "\u2028\u2029\u0000\u001b[2J",
    "x".repeat(3_000_000),
    "__proto__",
    "ž".repeat(100_000),
  ];
  const answers = await Promise.all(
    texts.map((text, place) => invoke(local, `hostile ${place}`, "echo", text)),
  );
  expect(answers.map(({ text }) => text)).toEqual(texts);
});

import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { openStepFunctions, type StepFunctions } from "@longhaul/stepfunctions";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

const command = fileURLToPath(new URL("../../tooling/cloud.mjs", import.meta.url));
const step = "longhaul-word-count-CountWords";
let local: TestAws;
let lambda: LambdaClient;
let engine: StepFunctions;

beforeAll(async () => {
  local = await startTestAws([testFunction("behaves"), testFunction(step)]);
  lambda = new LambdaClient(local.client);
  engine = await openStepFunctions({
    dataDir: join(local.dataDir, "stepfunctions"),
    region: "us-east-1",
    accountId: "000000000000",
    lambda: (call) => local.aws.lambda.invoke(call),
  });
  local.aws.attach({ stepFunctions: engine, realtime: { feed: "on" } });
});
afterAll(async () => {
  await engine.close();
  await local[Symbol.asyncDispose]();
});
afterEach(async () => {
  await ask("faults/remove");
  await ask("waits/scale", { scale: 1 });
});

async function ask(path: string, body: object = {}, headers: Record<string, string> = {}) {
  const url = `${local.aws.url}/_longhaul/${path}`;
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers });
  return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
}

async function state() {
  return (await (await fetch(`${local.aws.url}/_longhaul/controls`)).json()) as Record<string, unknown>;
}

async function invoke(event: object, name = step) {
  const Payload = JSON.stringify({ behaviour: "echo", ...event });
  const { FunctionError, Payload: answer } = await lambda.send(
    new InvokeCommand({ FunctionName: name, Payload }),
  );
  const payload = JSON.parse(Buffer.from(answer ?? []).toString());
  return { failed: FunctionError !== undefined, payload };
}

/** A visit of a step, as a machine calls its function. */
const visit = (run: string, number = 0) => ({ run, state: "CountWords", itemPath: "", visit: number });

describe("a fault of a function", () => {
  it("strikes the tries that it names, of each visit of the step in each run", async () => {
    const { said } = await ask("faults", { function: "word-count/CountWords", kind: "error", tries: [2] });
    expect(said.about).toBe(`${step}, on try 2, fails with RetryableError: A fault that was asked for.`);
    const tried: [string, number, boolean][] = [];
    for (const [run, number] of [
      ["one", 0],
      ["one", 0],
      ["one", 1],
      ["other", 0],
      ["one", 1],
      ["one", 0],
    ] as const)
      tried.push([run, number, (await invoke(visit(run, number))).failed]);
    expect(tried.filter(([, , failed]) => failed)).toEqual([
      ["one", 0, true],
      ["one", 1, true],
    ]);
  });

  it("fails as if the function had thrown, in the run that it names, and only there", async () => {
    const error = { error: "FatalError", message: "the table is on fire" };
    await ask("faults", { function: step, kind: "error", run: "one", ...error });
    const { failed, payload } = await invoke(visit("one"));
    expect(failed).toBe(true);
    const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
    expect(errorType).toBe("FatalError");
    // The run error, as steps throw it.
    const told = { code: "STEP_FAILED", message: error.message, step: "CountWords" };
    expect(JSON.parse(errorMessage)).toEqual({ ...told, fatal: true });
    expect((await invoke(visit("other"))).failed).toBe(false);
    expect((await invoke(visit("one"), "behaves")).failed).toBe(false);
    await ask("faults/remove");
    await ask("faults", { function: step, kind: "error", message: "once more" });
    const again = (await invoke(visit("one"))).payload as { errorMessage: string };
    expect(JSON.parse(again.errorMessage)).toEqual({ ...told, message: "once more" });
  });

  it("is read as JSON also where it is called a form, as curl calls it by itself", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { status, said } = await ask("faults", { function: step, kind: "error" }, headers);
    expect([status, said.about]).toEqual([
      200,
      `${step} fails with RetryableError: A fault that was asked for.`,
    ]);
  });

  it("of another name, or of no step, says its own words", async () => {
    await ask("faults", {
      function: step,
      kind: "error",
      error: "TypeError",
      message: "x is not a function",
    });
    await ask("faults", { function: "behaves", kind: "error", error: "FatalError", message: "no" });
    const said = [(await invoke(visit("one"))).payload, (await invoke({}, "behaves")).payload];
    expect(said).toEqual([
      { errorType: "TypeError", errorMessage: "x is not a function" },
      { errorType: "FatalError", errorMessage: "no" },
    ]);
  });

  it("refuses as Lambda does where too many run", async () => {
    await ask("faults", { function: "behaves", kind: "throttle" });
    await expect(invoke({}, "behaves")).rejects.toMatchObject({ name: "TooManyRequestsException" });
  });

  it("kills the process under an invocation, and that one's caller is told", async () => {
    const before = await invoke(visit("one"));
    await ask("faults", { function: step, kind: "kill", tries: [1] });
    const { failed, payload } = await invoke({ ...visit("killed"), behaviour: "hang" });
    expect(failed).toBe(true);
    expect(payload).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("killed"),
    });
    const after = await invoke(visit("killed"));
    expect(after.failed).toBe(false);
    expect(after.payload.pid).not.toBe(before.payload.pid);
  });

  it("is over when it is removed", async () => {
    const { said } = await ask("faults", { function: "behaves", kind: "error" });
    await ask("faults", { function: step, kind: "error" });
    await ask("faults/remove", { id: said.id });
    expect((await invoke({}, "behaves")).failed).toBe(false);
    expect((await state()).faults).toMatchObject([{ function: step }]);
    await ask("faults/remove");
    expect((await invoke({})).failed).toBe(false);
  });

  it("is one of a hundred at most", async () => {
    for (let set = 0; set < 100; set += 1) await ask("faults", { function: step, kind: "error" });
    const { status, said } = await ask("faults", { function: step, kind: "error" });
    expect([status, said.message]).toEqual([400, "There are 100 faults already: remove some."]);
  });

  it("that nobody can set is refused with what to say", async () => {
    const refused: [object, string][] = [
      [
        { function: "word-count/Count", kind: "error" },
        `There is no function "longhaul-word-count-Count". There are: ${step}.`,
      ],
      [{ function: step, kind: "burn" }, 'Say {"function":'],
      [{ function: step, kind: "error", tries: [0] }, 'Say {"function":'],
      [{ function: step, kind: "delay", seconds: -1 }, 'Say {"function":'],
      [{ function: step, kind: "error", more: 1 }, 'Say {"function":'],
      [[], 'Say {"function":'],
    ];
    for (const [asked, why] of refused) {
      const { status, said } = await ask("faults", asked);
      expect({ status, message: said.message }).toEqual({
        status: 400,
        message: expect.stringContaining(why),
      });
    }
    expect((await ask("faults/remove", { id: 12_345 })).said).toEqual({
      message: "There is no fault 12345.",
    });
    expect(
      (await ask("faults", { function: step, kind: "error" }, { origin: "http://evil.example" })).status,
    ).toBe(403);
    expect((await state()).faults).toEqual([]);
  });
});

it("kills the processes that hold a function now", async () => {
  const hanging = invoke({ behaviour: "hang" }, "behaves");
  await expect.poll(async () => (await ask("processes/kill", { function: "behaves" })).said.killed).toBe(1);
  expect((await hanging).payload).toMatchObject({ errorType: "Runtime.ExitError" });
});

async function start(name: string): Promise<string> {
  const definition = JSON.stringify({
    QueryLanguage: "JSONata",
    StartAt: "Sleep",
    States: { Sleep: { Type: "Wait", Seconds: 86_400, End: true } },
  });
  const machine = { name: "sleeper", definition, roleArn: "arn:aws:iam::000000000000:role/role" };
  const { stateMachineArn } = (await engine.handle("CreateStateMachine", machine)) as {
    stateMachineArn: string;
  };
  const started = await engine.handle("StartExecution", { stateMachineArn, name });
  return (started as { executionArn: string }).executionArn;
}

async function statusOf(executionArn: string): Promise<string> {
  return ((await engine.handle("DescribeExecution", { executionArn })) as { status: string }).status;
}

it("skips what one run waits for, one execution, or everything", async () => {
  const [first, again, other, last] = [
    await start("run-1"),
    await start("run-2"),
    await start("other-1"),
    await start("last-1"),
  ];
  expect((await state()).waits).toMatchObject([
    { executionArn: first, stateName: "Sleep", kind: "wait", until: expect.stringMatching(/^20.*Z$/) },
    { executionArn: again },
    { executionArn: other },
    { executionArn: last },
  ]);
  expect((await ask("waits/skip", { run: "run" })).said).toEqual({ skipped: 2 });
  expect([await statusOf(first), await statusOf(again)]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  expect((await ask("waits/skip", { execution: other })).said).toEqual({ skipped: 1 });
  expect(await statusOf(last)).toBe("RUNNING");
  expect((await ask("waits/skip")).said).toEqual({ skipped: 1 });
  expect((await ask("waits/scale", { scale: 0 })).said).toEqual({ scale: 0 });
  const quick = await start("quick-1");
  await expect.poll(() => statusOf(quick)).toBe("SUCCEEDED");
  expect((await ask("waits/scale", { scale: "fast" })).status).toBe(400);
});

describe("the page", () => {
  const form = (path: string, fields: Record<string, string>) =>
    fetch(`${local.aws.url}/_longhaul/${path}`, {
      method: "POST",
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
  const page = async () => (await fetch(`${local.aws.url}/_longhaul/`)).text();

  it("shows what is set and waits, with forms that need no script", async () => {
    const waiting = await start("page-1");
    const fields = {
      function: step,
      kind: "error",
      tries: "1, 3",
      run: "",
      error: "",
      message: "<script>",
      seconds: "",
    };
    const set = await form("faults", fields);
    expect([set.status, set.headers.get("location")]).toEqual([303, "/_longhaul/"]);
    const html = await page();
    expect(html).toContain(`${step}, on try 1, 3, fails with RetryableError: &lt;script&gt;`);
    expect(html).not.toContain("<script");
    expect(html).toContain("Sleep waits until");
    expect((await form("waits/skip", { execution: waiting })).status).toBe(303);
    expect(await page()).toContain("No execution waits for a time.");
    expect((await form("waits/scale", { scale: "much" })).status).toBe(400);
  });
});

describe("the command", () => {
  const cloud = (...given: string[]) =>
    promisify(execFile)(process.execPath, [command, ...given], {
      env: { LONGHAUL_AWS_PORT: new URL(local.aws.url).port },
    });

  it("does the same from a shell, and takes it back", async () => {
    await start("shell-1");
    const set = await cloud(
      "fail",
      "word-count/CountWords",
      "--try",
      "2",
      "--try",
      "3",
      "--error",
      "FatalError",
    );
    const about = `${step}, on try 2, 3, fails with FatalError: A fault that was asked for.`;
    expect(set.stdout).toBe(`${about}\n`);
    await cloud("scale", "0.5");
    const { stdout } = await cloud("status");
    expect(stdout).toMatch(/^Sleep waits until 20.*Z +sleeper, shell-1\nWaits take 0.5 times their time.\n/);
    expect(stdout).toContain(`\n${about}\nRealtime: on.`);
    expect((await cloud("feed", "silent")).stdout).toContain("\nRealtime: silent.");
    expect((await cloud("skip", "shell")).stdout).toBe("1 execution goes on.\n");
    expect((await cloud("kill-now")).stdout).toMatch(/^\d+ process(es were| was) killed.\n$/);
    await cloud("mend");
    expect(await state()).toEqual({
      ...{ waits: [], waitScale: 1, faults: [] },
      ...{ feed: "on", queues: "none", training: "none" },
    });
  });

  it.each([
    [["burn"], 'There is no command "burn": see pnpm cloud --help.'],
    [["scale", "fast"], "The factor is a number: see pnpm cloud --help."],
    [["fail"], "Which step? See pnpm cloud --help."],
    [["fail", "word-count/Count"], `There is no function "longhaul-word-count-Count". There are: ${step}.`],
    [["feed", "loud"], 'Say {"feed": "on" | "silent" | "off"}.'],
  ])("says in a line what is wrong with %j", async (given, why) => {
    await expect(cloud(...given)).rejects.toMatchObject({ code: 1, stdout: "", stderr: `${why}\n` });
  });
});

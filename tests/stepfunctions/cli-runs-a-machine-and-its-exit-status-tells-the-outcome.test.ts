import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { workplace } from "./support/cli.js";

const order = {
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "charge-card", "Payload.$": "$" },
      ResultSelector: { "charged.$": "$.Payload.charged" },
      Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, MaxAttempts: 2 }],
      Next: "Rest",
    },
    Rest: { Type: "Wait", Seconds: 1, End: true },
  },
};

const functions = `
let calls = 0;
async function charge({ amount }) {
  calls += 1;
  if (calls === 1) throw Object.assign(new Error("come back later"), { name: "Busy" });
  return { charged: amount };
}
export { charge as "charge-card" };
`;

const fail = { StartAt: "No", States: { No: { Type: "Fail", Error: "Nope", Cause: "never" } } };

describe("stepfunctions run", () => {
  test("shows states as they are entered and left, and ends with the output", async () => {
    await using place = workplace({ "order.asl.json": order, "functions.mjs": functions });
    const args = ["order.asl.json", "--input", '{"amount":5}', "--functions", "functions.mjs"];
    const ran = await place.cli(["run", ...args, "--wait-scale", "0.01"]);
    expect(ran.stderr).toBe("");
    expect(ran.status).toBe(0);
    expect(ran.lines.map((line) => line.replace(/^[\d:.]+ +/, ""))).toEqual([
      '→ Charge  {"amount":5}',
      "✗ Charge  Busy: come back later",
      '✓ Charge  {"charged":5}',
      '→ Rest  {"charged":5}',
      '✓ Rest  {"charged":5}',
      expect.stringMatching(/^SUCCEEDED after /),
      '{"charged":5}',
    ]);
    expect(readdirSync(place.folder).sort()).toEqual(["functions.mjs", "order.asl.json"]);
  });

  test("lets a virtual clock jump over waits and retries", async () => {
    const month = structuredClone(order);
    month.States.Rest.Seconds = 30 * 86_400;
    await using place = workplace({ "order.json": month, "functions.mjs": functions });
    const args = ["order.json", "--input", "@input.json", "--functions", "functions.mjs", "--virtual-clock"];
    place.write("input.json", { amount: 7 });
    const ran = await place.cli(["run", ...args]);
    expect(ran.lines.at(-2)).toMatch(/^SUCCEEDED after 259200\d\.\d{3} s$/);
    expect(ran.lines.at(-1)).toBe('{"charged":7}');
  });

  test("prints events and the result as lines of JSON", async () => {
    await using place = workplace();
    const definition = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };
    const ran = await place.cli(["run", "-", "--input", "[1]", "--json"], {
      input: JSON.stringify(definition),
    });
    const lines = ran.lines.map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event?.type)).toEqual([
      "ExecutionStarted",
      "SucceedStateEntered",
      "SucceedStateExited",
      "ExecutionSucceeded",
      undefined,
    ]);
    expect(lines.at(-1).result).toMatchObject({ status: "SUCCEEDED", output: "[1]" });
  });

  test("ends with 1 for a failure, and tells it on stderr", async () => {
    await using place = workplace({ "fail.json": fail });
    const ran = await place.cli(["run", "fail.json"]);
    expect(ran.status).toBe(1);
    expect(ran.lines.at(-1)).toMatch(/^FAILED after /);
    expect(ran.stderr).toBe("Nope: never\n");
  });

  test("ends with 3 for an execution that has timed out", async () => {
    const slow = {
      ...order,
      TimeoutSeconds: 1,
      StartAt: "Rest",
      States: { Rest: { ...order.States.Rest, Seconds: 9 } },
    };
    await using place = workplace({ "slow.json": slow });
    expect((await place.cli(["run", "slow.json", "--virtual-clock"])).status).toBe(3);
  });

  test("ends with 4 when nothing is left that could end the execution", async () => {
    const ask = {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
      End: true,
    };
    await using place = workplace({
      "ask.json": { StartAt: "Ask", States: { Ask: ask } },
      "functions.mjs": "export const ask = async () => {};",
    });
    const ran = await place.cli(["run", "ask.json", "--functions", "functions.mjs", "--virtual-clock"]);
    expect(ran.status).toBe(4);
    expect(ran.stderr).toContain("waits for somebody else");
  });

  test("ends with 2 for what cannot be run, and says why and where", async () => {
    await using place = workplace({
      "broken.json": '{\n  "StartAt": "A",\n  "States": { "A": { "Type": "Pass", "Next": "B" } }\n}',
      "fail.json": fail,
      "functions.mjs": "\nexport const f = ;",
      "mocks.json": { MockedResponses: { R: { x: { Return: 1 } } } },
    });
    const said = async (...args: string[]) => {
      const { status, stdout, stderr } = await place.cli(["run", ...args]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      return stderr;
    };
    expect(await said("broken.json")).toMatch(/^broken\.json:3:38 error MISSING_TRANSITION_TARGET .*B$/m);
    expect(await said("none.json")).toContain("none.json cannot be read: there is no such file");
    expect(await said("fail.json", "--input", "{")).toContain("The input is not JSON");
    expect(await said("fail.json", "--input", "@none")).toContain("none cannot be read");
    expect(await said("fail.json", "--functions", "functions.mjs")).toContain(
      "functions.mjs cannot be imported: Unexpected token ';' in line 2",
    );
    expect(await said("fail.json", "--functions", "no.mjs")).toContain("there is no such file");
    expect(await said("fail.json", "--mock-config", "mocks.json")).toContain(
      "MockedResponses.R.x: expected a number",
    );
    expect(await said("fail.json", "--test-case", "T")).toContain("--test-case needs --mock-config");
    expect(await said("fail.json", "--wait-scale", "-1")).toContain("--wait-scale");
    expect(await said("fail.json", "--colour")).toContain("Unknown option '--colour'");
    expect(await said()).toContain("FILE is missing");
  });

  test("says how to export a function that is missing", async () => {
    await using place = workplace({ "order.json": order, "functions.mjs": "export const ship = () => {};" });
    const ran = await place.cli(["run", "order.json", "--functions", "functions.mjs"]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      'functions.mjs has no function "charge-card": export { handler as "charge-card" }',
    );
    expect(ran.stderr).toContain("It exports ship.");
    expect(ran.stderr).toContain(
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:charge-card",
    );
  });

  test("takes functions from a default export, and other services", async () => {
    const send = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: "q", "MessageBody.$": "$.charged" },
      End: true,
    };
    const { Charge } = order.States;
    await using place = workplace({
      "both.json": { StartAt: "Charge", States: { Charge: { ...Charge, Next: "Send" }, Send: send } },
      "functions.mjs": `
        export default { "charge-card": async ({ amount }) => ({ charged: amount }) };
        export const services = { "sqs:sendMessage": async ({ parameters }) => ({ MessageId: parameters.MessageBody }) };`,
    });
    const ran = await place.cli([
      "run",
      "both.json",
      "--input",
      '{"amount":3}',
      "--functions",
      "functions.mjs",
    ]);
    expect(JSON.parse(ran.lines.at(-1) ?? "")).toMatchObject({ MessageId: 3 });
  });

  test("answers tasks as a test case of a mock configuration says", async () => {
    await using place = workplace({
      "order.json": order,
      "MockConfigFile.json": {
        StateMachines: { order: { TestCases: { Recovers: { Charge: "BusyOnce" } } } },
        MockedResponses: {
          BusyOnce: {
            "0": { Throw: { Error: "Busy", Cause: "mocked" } },
            "1": { Return: { StatusCode: 200, Payload: { charged: "mocked" } } },
          },
        },
      },
    });
    const mocks = ["--mock-config", "MockConfigFile.json", "--virtual-clock"];
    const ran = await place.cli(["run", "order.json", ...mocks, "--test-case", "Recovers"]);
    expect(ran.stdout).toContain("✗ Charge  Busy: mocked");
    expect(ran.lines.at(-1)).toBe('{"charged":"mocked"}');
    const wrong = await place.cli(["run", "order.json", ...mocks, "--test-case", "Recover"]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('no test case "Recover" for "order"; it has "Recovers"');
  });

  test("reads items from a folder of objects and writes results there", async () => {
    const each = {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
        Parameters: { Bucket: "files", Key: "in/people.csv" },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Keep",
        States: { Keep: { Type: "Pass", End: true } },
      },
      ResultWriter: {
        Resource: "arn:aws:states:::s3:putObject",
        Parameters: { Bucket: "files", Prefix: "out" },
      },
      End: true,
    };
    await using place = workplace({
      "each.json": { StartAt: "Each", States: { Each: each } },
      "objects/files/in/people.csv": "name,age\nAda,36\n",
    });
    const ran = await place.cli(["run", "each.json", "--objects", "objects"]);
    expect(ran.stderr).toBe("");
    expect(ran.status).toBe(0);
    const files = readdirSync(join(place.folder, "objects/files/out"), { recursive: true, encoding: "utf8" });
    const results = files.find((file) => file.endsWith("SUCCEEDED_0.json")) ?? "";
    expect(readFileSync(join(place.folder, "objects/files/out", results), "utf8")).toContain("Ada");
  });

  test("runs express machines", async () => {
    const definition = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };
    await using place = workplace({ "done.json": definition, "fail.json": fail });
    const ran = await place.cli(["run", "done.json", "--type", "express", "--input", "[1]"]);
    expect(ran.stdout).toContain("→ Done");
    expect(ran.lines.at(-1)).toBe("[1]");
    expect((await place.cli(["run", "fail.json", "--type", "EXPRESS"])).status).toBe(1);
  });

  test("has no colours where there is no terminal", async () => {
    await using place = workplace({ "fail.json": fail });
    const ran = await place.cli(["run", "fail.json"]);
    expect(ran.stdout + ran.stderr).not.toContain("\u001b");
  });

  test("ends with 130 when it is interrupted, and leaves nothing behind", async () => {
    const rest = { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 1000, End: true } } };
    await using place = workplace({ "rest.json": rest });
    const running = place.start(["run", "rest.json"]);
    await running.says("→ Rest");
    expect(await running.stop("SIGINT")).toMatchObject({ status: 130, stderr: "" });
    expect(readdirSync(place.folder)).toEqual(["rest.json"]);
    const kept = place.start(["run", "rest.json", "--data", "kept"]);
    await kept.says("→ Rest");
    expect((await kept.stop("SIGTERM")).stderr).toContain("goes on when kept is opened again");
  });

  test("keeps the execution in a folder that is named", async () => {
    await using place = workplace({ "fail.json": fail });
    const first = await place.cli(["run", "fail.json", "--data", "kept", "--json"]);
    const second = await place.cli(["run", "fail.json", "--data", "kept"]);
    expect([first.status, second.status]).toEqual([1, 1]);
    const { executionArn } = JSON.parse(first.lines.at(-1) ?? "").result;
    const shown = await place.cli(["history", executionArn, "--data", "kept"]);
    expect(shown.status).toBe(0);
    expect(shown.lines.map((line) => line.split(/ +/)[2])).toContain("No");
  });
});

describe("stepfunctions", () => {
  test("explains itself", async () => {
    await using place = workplace();
    for (const args of [
      ["--help"],
      ["help"],
      ["run", "--help"],
      ["help", "serve"],
      ["validate", "-h"],
      ["history", "--help"],
    ]) {
      const { status, stdout, stderr } = await place.cli(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("stepfunctions");
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    }
    expect((await place.cli(["help", "serve"])).stdout).toContain("--virtual-clock");
  });

  test("refuses what is no command", async () => {
    await using place = workplace();
    for (const args of [[], ["serv"], ["constructor"]]) {
      const { status, stdout, stderr } = await place.cli(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain("stepfunctions serve");
    }
  });
});

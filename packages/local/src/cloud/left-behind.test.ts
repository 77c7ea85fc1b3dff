import { AwsError } from "@longhaul/stepfunctions";
import { describe, expect, it } from "vitest";
import { LeftBehind } from "./left-behind.js";

const account = { region: "us-east-1", accountId: "000000000000" };
const machineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:trip";
const text = (name: string) => `{"FunctionName":"arn:aws:lambda:us-east-1:000000000000:function:${name}"}`;
const manifest = (...names: string[]) => ({
  functions: names.map((name) => ({ name })) as never,
  stateMachines: [{ workflow: "trip", name: "trip", hash: "", definition: text("Buy") }],
});

/** An engine with a machine of two versions: the first calls Pay, the second Buy. */
function lookout(answers: Partial<Record<string, (request: { nextToken?: string }) => unknown>> = {}) {
  const asked: string[] = [];
  const warned: string[] = [];
  const handle = (operation: string, request: object) => {
    asked.push(operation);
    const own = answers[operation];
    if (own) return Promise.resolve(own(request));
    if (operation === "ListStateMachineVersions")
      return Promise.resolve({
        stateMachineVersions: [2, 1].map((n) => ({ stateMachineVersionArn: `${machineArn}:${n}` })),
      });
    if (operation === "DescribeStateMachine") {
      const { stateMachineArn } = request as { stateMachineArn: string };
      return Promise.resolve({ definition: text(stateMachineArn.endsWith(":1") ? "Pay" : "Buy") });
    }
    return Promise.resolve({ executions: [{ stateMachineVersionArn: `${machineArn}:1` }] });
  };
  const logger = { warn: (message: string) => void warned.push(message) };
  return { asked, warned, looking: new LeftBehind({ ...account, engine: { handle }, logger }) };
}

describe("a look at what executions under way call", () => {
  it("warns of what only an earlier version calls and nobody has", async () => {
    const { warned, looking } = lookout();
    looking.deployed(manifest("Buy"));
    expect(warned).toEqual([]);
    await looking.looked();
    expect(warned).toEqual([expect.stringContaining("call Pay, which is not there any more")]);
  });

  it("lists no execution where all that versions call is there", async () => {
    const { asked, warned, looking } = lookout();
    looking.deployed(manifest("Buy", "Pay"));
    await looking.looked();
    expect(asked).toEqual(["ListStateMachineVersions", "DescribeStateMachine", "DescribeStateMachine"]);
    expect(warned).toEqual([]);
  });

  it("ends, however many executions there are", async () => {
    const { asked, warned, looking } = lookout({
      ListExecutions: () => ({
        executions: [{ stateMachineVersionArn: `${machineArn}:2` }],
        nextToken: "on",
      }),
    });
    looking.deployed(manifest("Buy"));
    await looking.looked();
    expect(asked.filter((one) => one === "ListExecutions")).toHaveLength(100);
    expect(warned).toEqual([]);
  });

  it("says that it failed, and breaks nothing", async () => {
    const { warned, looking } = lookout({
      ListStateMachineVersions: () => {
        throw new AwsError("InternalFailure", "no", 500);
      },
    });
    looking.deployed(manifest("Buy"));
    await looking.looked();
    expect(warned).toEqual(["It could not be looked at what executions under way call."]);
  });

  it("asks and says nothing more once it is closed, whatever the engine answers", async () => {
    const { asked, warned, looking } = lookout({
      ListStateMachineVersions: () => {
        void looking.close();
        throw new AwsError("ServiceUnavailable", "The engine is closed", 503);
      },
    });
    looking.deployed(manifest("Buy"));
    await looking.looked();
    await looking.close();
    expect([asked, warned]).toEqual([["ListStateMachineVersions"], []]);
  });

  it("gives way to a look at what is deployed next", async () => {
    const { warned, looking } = lookout();
    looking.deployed(manifest("Buy"));
    looking.deployed(manifest("Buy", "Pay"));
    await looking.looked();
    expect(warned).toEqual([]);
  });
});

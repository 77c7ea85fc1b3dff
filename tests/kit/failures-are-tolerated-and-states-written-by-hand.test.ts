import { defineContract, runErrorOf } from "@longhaul/kit";
import { defineMachine } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openRun, stepError } from "./scripted-run.js";

const contract = defineContract({
  name: "pick-fruit",
  title: "Pick fruit",
  description: "Some is rotten.",
  input: z.object({ fruit: z.array(z.string().max(20)).max(20) }),
  output: z.object({ basket: z.unknown() }),
  stages: { pick: { label: "Picking", weight: 1 } },
  runName: () => "Fruit",
});
const pick = defineStep({
  name: "PickOne",
  stage: "pick",
  input: z.object({ fruit: z.string() }),
  output: z.object({ picked: z.string().max(20) }),
  timeoutSeconds: 10,
});
const rotten = { code: "ROTTEN", message: "It is rotten.", step: "PickOne" };
const scripts = {
  PickOne: ({ input }: { input: { fruit: string } }) => {
    if (input.fruit === "rotten") throw stepError("FatalError", rotten);
    return { picked: input.fruit };
  },
};

describe("a distributed map", () => {
  const machine = defineMachine(
    contract,
    (flow) =>
      flow
        .map("Basket", {
          items: ({ input }) => input.fruit,
          mode: "distributed",
          toleratedFailurePercentage: 40,
          item: (each) =>
            each
              .step(pick, ({ item }) => ({ fruit: item }))
              .yield(({ pickOne, index }) => [index, pickOne.picked]),
        })
        .wait("Rest", { seconds: 30 })
        .succeed("Picked", ({ basket }) => ({ basket })),
    { onFailure: (failed, error) => failed.fail("NotPicked", error) },
  );

  it("leaves out what failed, up to its tolerance, and does the rest", async () => {
    await using run = await openRun(machine, scripts);
    const done = await run.attempt({ fruit: ["apple", "rotten", "pear"] });
    expect(done.status, done.cause).toBe("SUCCEEDED");
    expect(done.output).toEqual({
      basket: [
        [0, "apple"],
        [2, "pear"],
      ],
    });
    expect(run.keys().sort()).toEqual(["PickOne 0 0", "PickOne 1 0", "PickOne 2 0"]);
    // A wait behind it counts from the last checkpoint inside, for a list of one too.
    expect(done.duration).toBe(30_000);
    const one = await run.attempt({ fruit: ["apple"] });
    expect(one.output).toEqual({ basket: [[0, "apple"]] });
    expect((await run.attempt({ fruit: [] })).output).toEqual({ basket: [] });
  });

  it("fails beyond it, in words of its own", async () => {
    await using run = await openRun(machine, scripts);
    const failed = await run.attempt({ fruit: ["rotten", "rotten", "pear"] });
    expect(failed.states.at(-1)).toBe("NotPicked");
    expect(runErrorOf(failed)).toMatchObject({
      code: "STEP_FAILED",
      message: "More items of Basket failed than it tolerates.",
      cause: expect.stringContaining("States.ExceedToleratedFailureThreshold"),
      step: "Basket",
    });
  });
});

describe("a hand-written state", () => {
  it("reads the scope, gives its result and assigns variables", async () => {
    const machine = defineMachine(contract, (flow) =>
      flow
        .step(pick, () => ({ fruit: "plum" }))
        .raw("Weigh", ({ pickOne, input }) => ({
          Type: "Pass",
          Assign: { grams: "{% 3 * 7 %}", plain: "text", from: pickOne.picked },
          Output: { all: input.fruit },
        }))
        .raw(
          "Note",
          {
            Type: "Parallel",
            Branches: [
              {
                StartAt: "NoteInside",
                States: {
                  NoteInside: { Type: "Succeed", Output: "{% [$grams, $plain, $from, $states.input] %}" },
                },
              },
            ],
          },
          { scope: z.array(z.unknown()).max(1) },
        )
        .succeed("Picked", ({ note }) => ({ basket: note })),
    );
    await using run = await openRun(machine, scripts);
    const done = await run.attempt({ fruit: ["a"] });
    expect(done.status, done.cause).toBe("SUCCEEDED");
    expect(done.output).toEqual({ basket: [[21, "text", "plum", { all: ["a"] }]] });
  });

  it("that fails goes where its catch says", async () => {
    const broken = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Arguments: { QueueUrl: "http://127.0.0.1/queue", MessageBody: "hello" },
      TimeoutSeconds: 5,
      Retry: [],
    };
    const machine = defineMachine(contract, (flow) =>
      flow
        .step(pick, () => ({ fruit: "plum" }))
        .raw("Send", broken, {
          scope: z.object({ MessageId: z.string() }),
          catch: (failed, error) => failed.succeed("NotSent", () => ({ basket: error.code })),
        })
        .succeed("Sent", ({ send }) => ({ basket: send.MessageId })),
    );
    await using run = await openRun(machine, scripts);
    expect((await run.attempt({ fruit: [] })).output).toEqual({ basket: "STEP_FAILED" });
  });
});

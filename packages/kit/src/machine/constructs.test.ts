import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { type AslMachine, defineMachine, eq, mermaidOf, stepFunctionName } from "./index.js";

const require = createRequire(import.meta.url);
// CommonJS without types of its own.
const aslValidator = require("asl-validator") as (definition: object) => {
  isValid: boolean;
  errorsText: (separator: string) => string;
};

const contract = defineContract({
  name: "run-fair",
  title: "Run a fair",
  description: "Everything at once.",
  input: z.object({ stalls: z.array(z.string().max(20)).max(5), loud: z.boolean() }),
  output: z.object({ sold: z.unknown() }),
  stages: { sell: { label: "Selling", weight: 1 }, ask: { label: "Asking", weight: 1 } },
  runName: () => "Fair",
});
const common = { stage: "sell", timeoutSeconds: 10, input: z.object({ of: z.unknown() }) } as const;
const open = defineStep({ ...common, name: "OpenGate", output: z.object({ at: z.string().max(30) }) });
const sell = defineStep({
  ...common,
  name: "SellOut",
  output: z.object({ left: z.number() }),
  retryAfter: { maxSeconds: 60 },
});
const play = defineStep({ ...common, name: "PlayMusic", output: z.object({ song: z.string().max(30) }) });
const close = defineStep({
  ...common,
  name: "CloseGate",
  input: z.object({ input: z.unknown(), output: z.object({ at: z.string() }) }),
  output: z.null(),
});

const build = () =>
  defineMachine(
    contract,
    (flow) =>
      flow
        .step(open, () => ({ of: "gate" }), { compensate: close })
        .parallel("Doings", {
          stalls: (branch) =>
            branch
              .map("Stalls", {
                items: ({ input }) => input.stalls,
                as: "stall",
                mode: "distributed",
                toleratedFailurePercentage: 20,
                item: (each) =>
                  each
                    .poll(sell, ({ stall, openGate }) => ({ of: [stall, openGate.at] }), {
                      until: ({ sellOut }) => eq(sellOut.left, 0),
                      interval: 60,
                      deadline: 600,
                      onDeadline: (late) => late.yield(() => ({ left: -1 })),
                    })
                    .yield(({ sellOut }) => ({ left: sellOut.left })),
              })
              .yield(({ stalls }) => stalls),
          music: (branch) =>
            branch.choice("Loud", (c) =>
              c
                .when(
                  ({ input }) => eq(input.loud, true),
                  (loud) =>
                    loud.step(play, () => ({ of: "drums; #1" })).yield(({ playMusic }) => playMusic.song),
                )
                .otherwise((quiet) => quiet.yield(() => null)),
            ),
        })
        .approval("AskMayor", {
          title: "Go on?",
          form: z.object({ goOn: z.boolean() }),
          select: ({ doings }) => ({ music: doings.music }),
          role: "admin",
          stage: "ask",
          deadlineSeconds: 3_600,
          onDeadline: { decide: { goOn: true } },
        })
        .raw(
          "TellTown",
          ({ askMayor }) => ({
            Type: "Task",
            Resource: "arn:aws:states:::sns:publish",
            Arguments: { TopicArn: "arn:aws:sns:us-east-1:000000000000:town", Message: askMayor.decidedAt },
            TimeoutSeconds: 10,
            Retry: [],
          }),
          { scope: z.object({ MessageId: z.string().max(100) }) },
        )
        .wait("Night", { seconds: 60 })
        .succeed("Over", ({ doings, tellTown }) => ({ sold: [doings.stalls, tellTown.MessageId] })),
    { onFailure: (failed, error) => failed.fail("CalledOff", error) },
  );
const machine = build();
const arnOf = (name: string) =>
  `arn:aws:lambda:us-east-1:000000000000:function:${stepFunctionName("run-fair", name)}`;

function expectValid(definition: AslMachine): void {
  // The validator takes no empty text in Arguments, which AWS does.
  const text = JSON.stringify(definition).replaceAll('"itemPath":""', '"itemPath":"0"');
  const { isValid, errorsText } = aslValidator(JSON.parse(text) as object);
  expect(isValid, errorsText("\n")).toBe(true);
}

describe("a machine of all constructs", () => {
  it.each([
    ["the machine", machine.definition(arnOf)],
    ["its undo", machine.undo?.definition(arnOf) as AslMachine],
  ])("is valid ASL: %s", (_, definition) => expectValid(definition), 60_000);

  it("is valid ASL with a Pass and a Wait written by hand, which onFailure cannot catch", () => {
    const { ask: _, ...stages } = contract.stages;
    const byHand = defineMachine(
      { ...contract, stages },
      (flow) =>
        flow
          .step(open, () => ({ of: "gate" }))
          .raw(
            "Count",
            { Type: "Pass", Assign: { souls: "{% 3 * 7 %}" } },
            { assigns: z.object({ souls: z.number() }) },
          )
          .raw("Breathe", { Type: "Wait", Seconds: 1 })
          .succeed("Over", ({ souls }) => ({ sold: souls })),
      { onFailure: (failed, error) => failed.fail("CalledOff", error) },
    );
    expectValid(byHand.definition(arnOf));
  });

  it("is the same at every build", () => {
    const again = build();
    expect([again.template, again.undo?.template]).toEqual([machine.template, machine.undo?.template]);
    expect(machine.warnings).toEqual([]);
  });

  it("says which functions it calls and what it must be allowed", () => {
    const asked = new Set<string>();
    machine.definition((name) => {
      asked.add(stepFunctionName("run-fair", name));
      return "arn";
    });
    expect([...asked].sort()).toEqual([
      "longhaul-approvals",
      "longhaul-run-fair-OpenGate",
      "longhaul-run-fair-PlayMusic",
      "longhaul-run-fair-SellOut",
    ]);
    expect(machine.steps).toEqual([open, sell, play, close]);
    expect(machine.distributedMaps).toEqual(["Stalls"]);
    expect(machine.stages.map(({ key, steps }) => [key, steps])).toEqual([
      ["sell", 2],
      ["ask", 1],
    ]);
  });

  it("hands the items of a distributed map what they read, and nothing else", () => {
    const { Doings } = machine.definition(arnOf).States;
    const [stalls] = (Doings as unknown as { Branches: { States: Record<string, object> }[] }).Branches;
    expect(stalls?.States["Stalls"]).toMatchObject({
      ItemSelector: {
        run: "{% $states.context.Execution.Input.run %}",
        attempt: "{% $states.context.Execution.Input.attempt %}",
        correlationId: "{% $states.context.Execution.Input.correlationId %}",
        checkpointAt: "{% $checkpointAt %}",
        openGate: "{% $openGate %}",
        stallsItem: "{% $states.context.Map.Item.Value %}",
        stallsIndex: "{% $states.context.Map.Item.Index %}",
      },
    });
    expect(JSON.stringify(stalls)).toContain(
      '"itemPath":"{% $string($states.context.Execution.Input.stallsIndex) %}","visit":"{% $sellOutPollVisit %}"',
    );
  });

  it("is drawn as its author wrote it: a node for each construct, graphs inside graphs, and no loops", () => {
    const { nodes, edges } = machine.graph;
    expect(nodes.map(({ name, kind, stage, compensation }) => [name, kind, stage, compensation])).toEqual([
      ["OpenGate", "step", "sell", "CloseGate"],
      ["Doings", "parallel", null, null],
      ["AskMayor", "approval", "ask", null],
      ["TellTown", "raw", null, null],
      ["Night", "wait", null, null],
      ["Over", "succeed", null, null],
      ["CalledOff", "fail", null, null],
    ]);
    expect(edges).toContainEqual({ from: "AskMayor", to: "CalledOff", kind: "catch", label: null });
    const [stalls, music] = nodes[1]?.inside ?? [];
    expect([stalls?.label, music?.label]).toEqual(["stalls", "music"]);
    const [items] = stalls?.graph.nodes[0]?.inside ?? [];
    expect(items?.graph).toMatchObject({
      start: "SellOut",
      nodes: [{ name: "SellOut", kind: "poll", label: "Sell out" }],
      edges: [
        { from: "SellOut", to: null, kind: "next", label: null },
        { from: "SellOut", to: null, kind: "when", label: "deadline has passed" },
      ],
    });
    expect(music?.graph.edges).toContainEqual({ from: "Loud", to: null, kind: "otherwise", label: null });
  });

  it("is drawn in Mermaid", () => {
    expect(mermaidOf(machine.graph)).toBe(
      [
        "stateDiagram-v2",
        "  [*] --> OpenGate",
        "  state Doings {",
        "    %% stalls",
        "    [*] --> Stalls",
        "    state Stalls {",
        "      [*] --> SellOut",
        "      SellOut --> [*]",
        "      SellOut --> [*]: deadline has passed",
        "    }",
        "    Stalls --> [*]",
        "    --",
        "    %% music",
        "    [*] --> Loud",
        "    Loud --> PlayMusic: input.loud = true",
        "    Loud --> [*]: otherwise",
        "    PlayMusic --> [*]",
        "  }",
        "  OpenGate --> Doings",
        "  OpenGate --> CalledOff: fails",
        "  Doings --> AskMayor",
        "  Doings --> CalledOff: fails",
        "  AskMayor --> TellTown",
        "  AskMayor --> CalledOff: fails",
        "  TellTown --> Night",
        "  TellTown --> CalledOff: fails",
        "  Night --> Over",
        "  Over --> [*]",
        "  CalledOff --> [*]",
      ].join("\n"),
    );
  });
});

import { createRequire } from "node:module";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { runErrorOf } from "../failure.js";
import { defineStep } from "../step/step.js";
import { type AslMachine, and, defineMachine, eq, not } from "./index.js";

const require = createRequire(import.meta.url);
// CommonJS without types of its own.
const aslValidator = require("asl-validator") as (definition: object) => {
  isValid: boolean;
  errorsText: (separator: string) => string;
};

const contract = defineContract({
  name: "bake-bread",
  title: "Bake bread",
  description: "From flour to a loaf.",
  input: z.object({ flour: z.string(), grams: z.number(), guest: z.string().optional() }),
  output: z.object({ loaf: z.string(), crust: z.number() }),
  stages: { mix: { label: "Mixing", weight: 1 }, bake: { label: "Baking", weight: 3 } },
  runName: (input) => `Bread of ${input.flour}`,
});

const mix = defineStep({
  name: "MixDough",
  stage: "mix",
  input: z.object({ flour: z.string(), grams: z.number(), note: z.string().optional() }),
  output: z.object({ dough: z.string(), wet: z.boolean(), grade: z.enum(["good", "poor"]) }),
  timeoutSeconds: 60,
});
const bake = defineStep({
  name: "BakeLoaf",
  stage: "bake",
  input: z.object({ dough: z.string(), minutes: z.number() }),
  output: z.object({ loaf: z.string(), crust: z.number() }),
  timeoutSeconds: 900,
  retry: { maxAttempts: 1, intervalSeconds: 5, backoffRate: 1.5, maxDelaySeconds: 20 },
});

const build = () =>
  defineMachine(contract, (flow) =>
    flow
      .step(mix, ({ input }) => ({ flour: input.flour, grams: input.grams, note: input.guest }), {
        catch: (caught, error) => caught.fail("BreadFailed", error),
      })
      .choice("CheckDough", (c) =>
        c
          .when(
            ({ mixDough }) => and(eq(mixDough.grade, "good"), not(eq(mixDough.wet, true))),
            (good) => good.wait("Rise", { seconds: 3600 }),
          )
          .otherwise((poor) =>
            poor.fail("BreadFailed", { code: "POOR_DOUGH", message: "The dough is poor." }),
          ),
      )
      .step(bake, ({ mixDough }) => ({ dough: mixDough.dough, minutes: 40 }))
      .succeed("BreadReady", ({ bakeLoaf }) => bakeLoaf),
  );
const machine = build();

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the walk reads ASL as it comes
type Json = any;
type Lambda = (step: string, payload: Json) => { output: Json; completedAt: string };

/** Walks a machine as Step Functions would, without retries; waits are noted and passed. */
async function walk(asl: AslMachine, execution: Json, lambda: Lambda) {
  const variables: Record<string, Json> = {};
  const visited: string[] = [];
  const waits: string[] = [];
  const evaluate = async (value: Json, states: Json): Promise<Json> => {
    if (typeof value === "string" && value.startsWith("{%")) {
      const result = await jsonata(value.slice(2, -2)).evaluate(undefined, {
        ...variables,
        parse: JSON.parse,
        states: {
          ...states,
          context: { Execution: { Input: execution } },
        },
      });
      if (result === undefined) throw new Error(`States.QueryEvaluationError: ${value}`);
      return JSON.parse(JSON.stringify(result));
    }
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(async ([key, part]) => [key, await evaluate(part, states)]);
    return Object.fromEntries(await Promise.all(entries));
  };
  const assign = async (assigns: Json, states: Json) =>
    Object.assign(variables, await evaluate(assigns ?? {}, states));
  for (let name = asl.StartAt; ; ) {
    const state = asl.States[name] as Json;
    visited.push(name);
    switch (state.Type) {
      case "Task": {
        const call = await evaluate(state.Arguments, {});
        try {
          const Payload = JSON.parse(JSON.stringify(lambda(call.FunctionName, call.Payload)));
          await assign(state.Assign, { result: { Payload } });
          name = state.Next;
        } catch (thrown) {
          const { name: Error, message } = thrown as Error;
          const Cause = JSON.stringify({ errorType: Error, errorMessage: message, trace: [] });
          if (!state.Catch) return { visited, waits, failed: { error: Error, cause: Cause } };
          await assign(state.Catch[0].Assign, { errorOutput: { Error, Cause } });
          name = state.Catch[0].Next;
        }
        break;
      }
      case "Choice": {
        let taken = state;
        for (const rule of state.Choices) {
          const holds = await evaluate(rule.Condition, {});
          expect(typeof holds).toBe("boolean");
          if (holds) {
            taken = rule;
            break;
          }
        }
        await assign(taken.Assign, {});
        name = taken.Next ?? taken.Default;
        break;
      }
      case "Wait":
        waits.push(await evaluate(state.Timestamp, {}));
        await assign(state.Assign, {});
        name = state.Next;
        break;
      case "Pass":
        await assign(state.Assign, {});
        name = state.Next;
        break;
      case "Succeed":
        return { visited, waits, output: await evaluate(state.Output, {}) };
      case "Fail": {
        const failed = await evaluate({ error: state.Error, cause: state.Cause }, {});
        return { visited, waits, failed };
      }
    }
  }
}

const execution = {
  run: "0b4e0b6e-6a2a-4b6e-9d6a-0a8f3d5f1c11",
  attempt: 2,
  correlationId: "c-1",
  startedAt: "2026-01-01T00:00:00.000Z",
  input: { flour: "rye", grams: 500 },
};
const asl = machine.definition((step) => step);
const done = (output: Json, completedAt = "2026-01-01T00:00:05.250Z") => ({ output, completedAt });
const goodDough = { dough: "d", wet: false, grade: "good" };

describe("a machine that runs", () => {
  it("sends each step its payload, waits from the checkpoint before, and ends with the output", async () => {
    const payloads: Json[] = [];
    const result = await walk(asl, execution, (step, payload) => {
      payloads.push(payload);
      return done(step === "MixDough" ? goodDough : { loaf: "rye loaf", crust: 3 });
    });
    expect(result.visited).toEqual(["MixDough", "CheckDough", "Rise", "BakeLoaf", "BreadReady"]);
    expect(result.output).toEqual({ loaf: "rye loaf", crust: 3 });
    expect(result.waits).toEqual(["2026-01-01T01:00:06.000Z"]);
    const { run, attempt, correlationId } = execution;
    const key = { run, attempt, correlationId, itemPath: "", visit: 0 };
    expect(payloads).toEqual([
      { ...key, state: "MixDough", input: { flour: "rye", grams: 500 } },
      { ...key, state: "BakeLoaf", input: { dough: "d", minutes: 40 } },
    ]);
  });

  it("brings the error of a caught step to the end that several branches share", async () => {
    const thrown = {
      code: "NO_FLOUR",
      message: 'There is no "rye".',
      cause: "shelf: empty",
      step: "MixDough",
    };
    const result = await walk(asl, execution, () => {
      throw Object.assign(new Error(JSON.stringify(thrown)), { name: "FatalError" });
    });
    expect(result.visited).toEqual(["MixDough", "BreadFailed"]);
    expect(runErrorOf(result.failed ?? {})).toEqual(thrown);
  });

  it("brings the error of a branch there too", async () => {
    const result = await walk(asl, execution, () => done({ ...goodDough, grade: "poor" }));
    expect(result.visited).toEqual(["MixDough", "CheckDough", "BreadFailed"]);
    expect(runErrorOf(result.failed ?? {})).toEqual({
      code: "POOR_DOUGH",
      message: "The dough is poor.",
      fatal: true,
    });
  });

  it("ends with the step's own error where nothing catches it", async () => {
    const thrown = { code: "OVEN_COLD", message: "The oven is cold.", step: "BakeLoaf" };
    const result = await walk(asl, execution, (step) => {
      if (step === "MixDough") return done(goodDough);
      throw Object.assign(new Error(JSON.stringify(thrown)), { name: "RetryableError" });
    });
    expect(result.visited.at(-1)).toBe("BakeLoaf");
    expect(runErrorOf(result.failed ?? {})).toEqual(thrown);
  });
});

describe("onFailure", () => {
  it("takes the failure of every step without a catch of its own, and may run steps", async () => {
    const sweep = defineStep({
      name: "SweepUp",
      stage: "mix",
      input: z.object({ why: z.string() }),
      output: z.null(),
      timeoutSeconds: 10,
    });
    const swept = defineMachine(
      contract,
      (flow) =>
        flow
          .step(mix, ({ input }) => ({ flour: input.flour, grams: 1 }))
          .step(bake, ({ mixDough }) => ({ dough: mixDough.dough, minutes: 1 }))
          .succeed("BreadReady", ({ bakeLoaf }) => bakeLoaf),
      {
        onFailure: (flow, error) => flow.step(sweep, () => ({ why: error.code })).fail("BreadFailed", error),
      },
    );
    const result = await walk(
      swept.definition((step) => step),
      execution,
      (step, payload) => {
        if (step === "MixDough") return done(goodDough);
        if (step === "SweepUp") return done(payload.input.why === "STEP_FAILED" ? null : "wrong");
        throw Object.assign(new Error("RequestId: 1 Error: Runtime exited"), { name: "Runtime.ExitError" });
      },
    );
    expect(result.visited).toEqual(["MixDough", "BakeLoaf", "SweepUp", "BreadFailed"]);
    expect(runErrorOf(result.failed ?? {})).toMatchObject({ code: "STEP_FAILED", step: "BakeLoaf" });
    expect(swept.definition((step) => step).States["SweepUp"]).not.toHaveProperty("Catch");
  });
});

describe("waits", () => {
  const loaf = { loaf: "l", crust: 1 };
  const onlyBake = { ...contract, stages: { bake: contract.stages.bake } };

  it("without a step before are reckoned from the run's start, in every attempt", async () => {
    const early = defineMachine(onlyBake, (flow) =>
      flow
        .wait("Nap", { seconds: 90 })
        .wait("Nod", { seconds: ({ input }) => input.grams })
        .step(bake, ({ input }) => ({ dough: input.flour, minutes: 1 }))
        .succeed("BreadReady", ({ bakeLoaf }) => bakeLoaf),
    ).definition((step) => step);
    expect((await walk(early, execution, () => done(loaf))).waits).toEqual([
      "2026-01-01T00:01:30.000Z",
      "2026-01-01T00:09:50.000Z",
    ]);
    const retried = { ...execution, startedAt: "2025-12-31T00:00:00.000Z" };
    expect((await walk(early, retried, () => done(loaf))).waits[0]).toBe("2025-12-31T00:01:30.000Z");
  });

  it("that only some ways reach with a checkpoint still have a time to reckon from", async () => {
    const mixed = defineMachine(onlyBake, (flow) =>
      flow
        .choice("Hungry", (c) =>
          c
            .when(
              ({ input }) => eq(input.flour, "rye"),
              (now) => now.step(bake, ({ input }) => ({ dough: input.flour, minutes: 1 })),
            )
            .otherwise((later) => later),
        )
        .wait("Cool", { seconds: 60 })
        .succeed("Done", () => ({ loaf: "none", crust: 0 })),
    ).definition((step) => step);
    expect(mixed.StartAt).toBe("Begin");
    // AWS cuts a Timestamp to its second: not a minute would have passed.
    expect((await walk(mixed, execution, () => done(loaf))).waits).toEqual(["2026-01-01T00:01:06.000Z"]);
    const wheat = { ...execution, input: { flour: "wheat", grams: 1 } };
    expect((await walk(mixed, wheat, () => done(loaf))).waits).toEqual(["2026-01-01T00:01:00.000Z"]);
  });

  it("until a given time end then, and count as served", async () => {
    const until = defineMachine(onlyBake, (flow) =>
      flow
        .wait("TillNoon", { until: ({ input }) => input.flour })
        .wait("Then", { seconds: 1 })
        .step(bake, () => ({ dough: "d", minutes: 1 }))
        .succeed("Done", ({ bakeLoaf }) => bakeLoaf),
    ).definition((step) => step);
    const at = (time: string) => ({ ...execution, input: { flour: time, grams: 1 } });
    const later = await walk(until, at("2026-01-01T12:00:00Z"), () => done(loaf));
    expect(later.waits).toEqual(["2026-01-01T12:00:00Z", "2026-01-01T12:00:01.000Z"]);
    const past = await walk(until, at("2020-01-01T12:00:00Z"), () => done(loaf));
    expect(past.waits).toEqual(["2020-01-01T12:00:00Z", "2026-01-01T00:00:01.000Z"]);
  });
});

describe("the definition", () => {
  it("is valid ASL", () => {
    const arn = (step: string) =>
      `arn:aws:lambda:us-east-1:000000000000:function:longhaul-bake-bread-${step}`;
    // The validator takes no empty text in Arguments, which AWS does.
    const text = JSON.stringify(machine.definition(arn)).replaceAll('"itemPath":""', '"itemPath":"0"');
    const { isValid, errorsText } = aslValidator(JSON.parse(text) as object);
    expect(isValid, errorsText("\n")).toBe(true);
  }, 60_000);

  it("is the same at every build, and its Comment ends with the hash", () => {
    const again = build();
    expect(again.template).toBe(machine.template);
    expect(machine.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(asl.Comment.endsWith(`sha256:${machine.hash}`)).toBe(true);
    const other = defineMachine({ ...contract, stages: { bake: contract.stages.bake } }, (flow) =>
      flow.step(bake, () => ({ dough: "d", minutes: 41 })).succeed("BreadReady", ({ bakeLoaf }) => bakeLoaf),
    );
    expect(other.hash).not.toBe(machine.hash);
  });

  it("has a timeout and a retry policy on each task", () => {
    expect(asl.States["BakeLoaf"]).toMatchObject({ Type: "Task", TimeoutSeconds: 930 });
    const [fatal, platform, duplicate, rest] = (asl.States["BakeLoaf"] as Json).Retry;
    expect(fatal).toEqual({ ErrorEquals: ["FatalError", "StepCancelled"], MaxAttempts: 0 });
    expect(platform.ErrorEquals).toContain("Lambda.TooManyRequestsException");
    expect(duplicate).toMatchObject({ ErrorEquals: ["StepBusy", "StepLeaseLost"], MaxAttempts: 8 });
    expect(rest).toEqual({
      ErrorEquals: ["States.ALL"],
      IntervalSeconds: 5,
      BackoffRate: 1.5,
      MaxAttempts: 1,
      MaxDelaySeconds: 20,
      JitterStrategy: "FULL",
    });
  });

  it("has one placeholder a step, which definition() fills in as it stands", () => {
    expect(machine.template.match(/\$\{[A-Za-z]+\}/g)).toEqual(["${MixDough}", "${BakeLoaf}"]);
    const arn = 'arn:"quoted"\\$&';
    expect(machine.definition(() => arn).States["MixDough"]).toMatchObject({
      Arguments: { FunctionName: arn },
    });
  });

  it("leaves a user's own placeholder-like and expression-like texts alone", async () => {
    const text = "${MixDough} {% 1 %}";
    const odd = defineMachine({ ...contract, stages: { bake: contract.stages.bake } }, (flow) =>
      flow
        .step(bake, () => ({ dough: text, minutes: 1 }))
        .succeed("Done", () => ({ loaf: "{% $boom %}", crust: 1 })),
    );
    const inputs: Json[] = [];
    const { output } = await walk(
      odd.definition(() => "arn"),
      execution,
      (_, payload) => {
        inputs.push(payload.input);
        return done({ loaf: "l", crust: 1 });
      },
    );
    expect(inputs).toEqual([{ dough: text, minutes: 1 }]);
    expect(output).toEqual({ loaf: "{% $boom %}", crust: 1 });
  });
});

describe("what a dashboard and a start need of it", () => {
  it("counts the steps of each stage in the contract's order", () => {
    expect(machine.stages).toEqual([
      { key: "mix", label: "Mixing", weight: 1, steps: 1 },
      { key: "bake", label: "Baking", weight: 3, steps: 1 },
    ]);
    expect(machine.steps).toEqual([mix, bake]);
  });

  it("counts no step that a run may leave out on its way to success", () => {
    const twice = defineMachine(contract, (flow) =>
      flow
        .step(mix, ({ input }) => ({ flour: input.flour, grams: 1 }))
        .step(bake, ({ mixDough }) => ({ dough: mixDough.dough, minutes: 1 }))
        .choice("SoftStill", (soft) =>
          soft
            .when(
              ({ bakeLoaf }) => eq(bakeLoaf.crust, 0),
              (yes) =>
                yes
                  .approval("AskBaker", {
                    title: "Longer?",
                    form: z.object({ longer: z.boolean() }),
                    select: () => ({}),
                    stage: "bake",
                    deadlineSeconds: 60,
                    onDeadline: { decide: { longer: false } },
                  })
                  .succeed("Asked", ({ bakeLoaf }) => bakeLoaf),
            )
            .otherwise((no) => no.succeed("Done", ({ bakeLoaf }) => bakeLoaf)),
        ),
    );
    expect(twice.stages.map(({ steps }) => steps)).toEqual([1, 1]);
    expect(twice.approvals).toHaveLength(1);
  });

  it("draws states and ways", () => {
    expect(machine.graph.start).toBe("MixDough");
    expect(machine.graph.nodes.map(({ name, kind, label, stage }) => [name, kind, label, stage])).toEqual([
      ["MixDough", "step", "Mix dough", "mix"],
      ["BreadFailed", "fail", "Bread failed", null],
      ["CheckDough", "choice", "Check dough", null],
      ["Rise", "wait", "Rise", null],
      ["BakeLoaf", "step", "Bake loaf", "bake"],
      ["BreadReady", "succeed", "Bread ready", null],
    ]);
    expect(machine.graph.edges).toContainEqual({
      from: "CheckDough",
      to: "Rise",
      kind: "when",
      label: '(mixDough.grade = "good") and ($not(mixDough.wet = true))',
    });
    expect(machine.graph.edges).toContainEqual({
      from: "MixDough",
      to: "BreadFailed",
      kind: "catch",
      label: null,
    });
  });
});

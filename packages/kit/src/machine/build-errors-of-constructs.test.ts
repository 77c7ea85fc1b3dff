import { describe, expect, it } from "vitest";
import { z } from "zod";
import { atMostBytes } from "../bounded.js";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { defineMachine, eq } from "./index.js";

const contract = defineContract({
  name: "brew-tea",
  title: "Brew tea",
  description: "Cup by cup.",
  input: z.object({ cups: z.array(z.string().max(20)).max(9), notes: z.string() }),
  output: z.object({ brewed: z.unknown() }),
  stages: { brew: { label: "Brewing", weight: 1 } },
  runName: () => "Tea",
});
const step = <Output extends z.ZodType>(name: string, output: Output) =>
  defineStep({ name, stage: "brew", input: z.object({ cup: z.unknown() }), output, timeoutSeconds: 10 });
const boil = step("BoilWater", z.object({ degrees: z.number() }));
const pour = step("PourCup", z.object({ tea: z.string().max(30) }));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- these flows do what the types forbid
type Loose = any;
const machine = (build: (flow: Loose) => unknown, options?: object) =>
  defineMachine(contract, build as never, options);
const building = (build: (flow: Loose) => unknown, options?: object) => expect(() => machine(build, options));
const boiled = (flow: Loose) => flow.step(boil, () => ({ cup: 1 }));
const done = (flow: Loose) => flow.succeed("Brewed", () => ({ brewed: true }));
const cups = ({ input }: Loose) => input.cups;
const each = (flow: Loose) => flow.yield(() => null);

describe("a build is refused, of maps and parallels,", () => {
  it("when a name stands in two branches", () => {
    building((flow) =>
      done(
        flow.parallel("Both", {
          left: (f: Loose) => each(boiled(f)),
          right: (f: Loose) => each(boiled(f)),
        }),
      ),
    ).toThrow(
      'there are two states named "BoilWater": a name stands once in a machine, its branches and maps',
    );
  });

  it("when a branch or an item has no result", () => {
    building((flow) => done(flow.map("Cups", { items: cups, item: boiled }))).toThrow(
      '"Cups" ends without a result: end it with yield.',
    );
    building((flow) => done(flow.parallel("Both", { left: (f: Loose) => f }))).toThrow(
      '"BothLeft" ends without a result',
    );
    building((flow) => done(flow.parallel("Both", {}))).toThrow('the parallel "Both" has no branches.');
    building((flow) => done(flow.parallel("Both", { "Left Side": each }))).toThrow(
      "must be named in camelCase",
    );
  });

  it("when a branch ends the run, or the run ends like a branch", () => {
    building((flow) => flow.map("Cups", { items: cups, item: done })).toThrow(
      '"Brewed" cannot end the run from inside "Cups": yield a result instead.',
    );
    building((flow) => each(boiled(flow))).toThrow("yield ends a branch or an item");
  });

  it("when a state outside reads what only an item has", () =>
    building((flow) =>
      flow
        .map("Cups", { items: cups, item: (f: Loose) => each(boiled(f)) })
        .succeed("Brewed", ({ boilWater }: Loose) => ({ brewed: boilWater })),
    ).toThrow('"Brewed" reads "boilWater", which is not set on every way to it.'));

  it("for concurrencies and tolerances that cannot be", () => {
    const map = (options: object) =>
      building((flow) =>
        done(flow.map("Cups", { items: cups, item: (f: Loose) => each(boiled(f)), ...options })),
      );
    map({ maxConcurrency: 41 }).toThrow(
      'of the inline map "Cups" must be a whole number from 1 to 40, not 41.',
    );
    map({ maxConcurrency: 0 }).toThrow("not 0");
    map({ maxConcurrency: 10_001, mode: "distributed" }).toThrow("from 1 to 10000");
    map({ toleratedFailurePercentage: 5 }).toThrow("inline, where every failure counts: make it distributed");
    map({ toleratedFailurePercentage: 101, mode: "distributed" }).toThrow("must be from 0 to 100");
    map({ as: "A cup" }).toThrow("must be named in camelCase");
  });
});

describe("a build is refused, of polls and approvals,", () => {
  const poll = (options: object) =>
    building((flow) =>
      done(
        flow.poll(boil, () => ({ cup: 1 }), {
          until: ({ boilWater }: Loose) => eq(boilWater.degrees, 100),
          interval: 10,
          deadline: 100,
          ...options,
        }),
      ),
    );
  const form = z.object({ sweet: z.boolean() });
  const approval = (options: object) =>
    building((flow) =>
      done(
        boiled(flow).approval("AskGuest", {
          title: "Sweet?",
          form,
          select: () => ({}),
          stage: "brew",
          deadlineSeconds: 60,
          onDeadline: { decide: { sweet: false } },
          ...options,
        }),
      ),
    );

  it("for a poll of no time, of more visits than a history holds, or with no condition", () => {
    poll({ interval: 0 }).toThrow(
      'the interval of the poll "BoilWaterPoll" must be more than 0 seconds, not 0.',
    );
    poll({ deadline: -1 }).toThrow("the deadline of the poll");
    poll({ interval: 1, deadline: 86_400 }).toThrow(
      "could ask 86401 times, and an execution's history holds about",
    );
    poll({ until: () => true }).toThrow('a condition of "BoilWaterPoll" was not made with eq');
  });

  it("for an approval without an end, of an unknown stage, or whose default does not fit", () => {
    approval({ deadlineSeconds: 0 }).toThrow('the deadline of "AskGuest" must be from 1 second to a year');
    approval({ deadlineSeconds: 40_000_000 }).toThrow("to a year");
    approval({ stage: "pour" }).toThrow(
      'the approval "AskGuest" is of the stage "pour", which the contract does not have.',
    );
    approval({ onDeadline: { decide: { sweet: "very" } } }).toThrow(
      'what "AskGuest" decides at its deadline does not fit its form (sweet: ',
    );
  });

  it("for a compensation that has another state's name", () =>
    building((flow) => done(boiled(flow).step(pour, () => ({ cup: 1 }), { compensate: boil }))).toThrow(
      'the compensation "BoilWater" has the name of another state',
    ));

  it.each(["ListCompensations", "TakeBack", "WhichCompensation", "NoCompensation", "EmptyCupRetryPause"])(
    "for the compensation %s, whose name the machine that undoes has for a state of its own",
    (name) => {
      const undoes = { stage: "brew", timeoutSeconds: 5, input: z.unknown(), output: z.null() } as const;
      const empty = defineStep({ ...undoes, name: "EmptyCup", retryAfter: { maxSeconds: 60 } });
      const taken = defineStep({ ...undoes, name });
      const sentence = `the name "${name}" is taken in the machine that undoes: give the compensation another.`;
      building((flow) =>
        done(
          flow
            .step(boil, () => ({ cup: 1 }), { compensate: taken })
            .step(pour, () => ({ cup: 1 }), { compensate: empty }),
        ),
      ).toThrow(sentence);
      building((flow) => done(boiled(flow).step(pour, () => ({ cup: 1 }), { compensate: empty })), {
        retiredCompensations: [taken],
      }).toThrow(sentence);
    },
  );
});

describe("a build is refused", () => {
  it.each(["LonghaulApprovals", "LonghaulCompensations"])(
    "for the step %s, whose name stands for a function of the house in every machine",
    (name) => {
      const own = defineStep({
        ...{ name, stage: "brew", timeoutSeconds: 5 },
        ...{ input: z.unknown(), output: z.null() },
      });
      const sentence = `the name "${name}" stands for a function of the house: give the step another.`;
      building((flow) => done(boiled(flow).step(own, () => null))).toThrow(sentence);
      building((flow) => done(boiled(flow).step(pour, () => ({ cup: 1 }), { compensate: own }))).toThrow(
        sentence,
      );
      building((flow) => done(boiled(flow)), { retired: [own] }).toThrow(sentence);
    },
  );
});

describe("a build is refused, of hand-written states,", () => {
  const raw = (state: object, options?: object) =>
    building((flow) => done(boiled(flow).raw("Send", state, options)));
  const task = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", TimeoutSeconds: 5, Retry: [] };

  it("for a task without a timeout, a callback without a deadline, or a task without a retry policy", () => {
    const { TimeoutSeconds: _, ...endless } = task;
    const { Retry: __, ...once } = task;
    raw(endless).toThrow('the task "Send" has no timeout: give it TimeoutSeconds.');
    raw({ ...endless, Resource: `${task.Resource}.waitForTaskToken` }).toThrow(
      'the task "Send" waits for a callback without a deadline',
    );
    raw(once).toThrow('the task "Send" has no retry policy: give it Retry, [] for none.');
    raw({
      Type: "Map",
      ItemProcessor: { StartAt: "Inner", States: { Inner: { ...once, End: true } } },
    }).toThrow('the task "Inner" has no retry policy');
  });

  it("for types and fields that are the builder's, and a result that there is not", () => {
    raw({ Type: "Choice" }).toThrow("must have one of the types Task, Pass, Wait, Map, Parallel.");
    raw({ ...task, Next: "Brewed" }).toThrow("has a Next: where it leads is the builder's affair.");
    raw({ Type: "Pass" }, { scope: z.unknown() }).toThrow("is a Pass, which has no result");
    raw({ Type: "Pass", Assign: { gram: 1 } }, { assigns: z.object({ grams: z.number() }) }).toThrow(
      'the raw state "Send" assigns no "grams", which its assigns types.',
    );
    raw({ Type: "Wait", Seconds: 1 }, { catch: (f: Loose, error: unknown) => f.fail("Cold", error) }).toThrow(
      'the raw state "Send" is a Wait, which cannot be caught',
    );
    raw({ Type: "Parallel", Branches: [{ StartAt: "BoilWater", States: { BoilWater: {} } }] }).toThrow(
      'there are two states named "BoilWater"',
    );
  });

  it("for a variable that is set later, or around a distributed map", () => {
    const reading = { ...task, Arguments: { MessageBody: "{% $pourCup.tea & $boilWater.degrees %}" } };
    building((flow) =>
      done(
        boiled(flow)
          .raw("Send", reading)
          .step(pour, () => ({ cup: 1 })),
      ),
    ).toThrow('"Send" reads "pourCup", which is not set on every way to it.');
    const distributed = (item: (flow: Loose) => unknown) =>
      building((flow) => done(boiled(flow).map("Cups", { items: cups, mode: "distributed", item })));
    distributed((f) => each(f.step(pour, () => ({ cup: 1 })).raw("Send", reading))).toThrow(
      'the raw state "Send" writes $boilWater, which the items of a distributed map cannot read',
    );
    const selected = ({ boilWater }: Loose) => ({ ...task, Arguments: { MessageBody: boilWater.degrees } });
    distributed((f) => each(f.raw("Send", selected))).not.toThrow();
  });
});

describe("a build is refused for what may pass 256 KiB:", () => {
  const gathered = (output: z.ZodType, options: object = {}) =>
    building((flow) =>
      done(
        flow.map("Cups", {
          items: cups,
          item: (f: Loose) =>
            f.step(step("FillCup", output), () => ({ cup: 1 })).yield(({ fillCup }: Loose) => fillCup),
          ...options,
        }),
      ),
    );

  it("results of any size for each item", () => {
    gathered(z.object({ leaves: z.object({ story: z.string() }) })).toThrow(
      'the map "Cups" keeps "fillCup.leaves.story" of any size for each item',
    );
    gathered(z.object({ list: z.array(z.number()) })).toThrow('"fillCup.list"');
    gathered(z.object({ any: z.unknown() })).toThrow('"fillCup.any"');
    gathered(z.object({ list: z.array(z.number()).max(100), id: z.uuid() })).not.toThrow();
    gathered(z.looseObject({ id: z.uuid() })).toThrow('"fillCup"');
    gathered(atMostBytes(z.object({ story: z.string() }), 20_000)).not.toThrow();
    gathered(z.object({ hex: z.string().regex(/^#[0-9a-f]{6}$/) })).not.toThrow();
    gathered(z.object({ text: z.string().regex(/^a+$/) })).toThrow('"fillCup.text"');
  });

  it("bounded results that are too much together", () =>
    gathered(z.object({ story: z.string().max(20_000) })).toThrow(
      'the map "Cups" may keep 528 KiB (9 items of up to 60015 bytes), and 256 KiB pass',
    ));

  it("a list of any length, unless its items tell how many can be", () => {
    const listed = (list: z.ZodType) => {
      const source = step("FindCups", z.object({ list }));
      return building((flow) =>
        done(
          flow
            .step(source, () => ({ cup: 1 }))
            .map("Cups", {
              items: ({ findCups }: Loose) => findCups.list,
              item: (f: Loose) => each(f),
            }),
        ),
      );
    };
    listed(z.array(z.string())).toThrow("keeps a result for each item of a list of any length");
    listed(z.array(z.uuid())).not.toThrow();
    listed(z.array(z.string()).max(100)).not.toThrow();
  });

  it("branches that each may bring their most", () => {
    const wide = (name: string) => (f: Loose) =>
      f
        .step(step(name, z.object({ text: z.string() })), () => ({ cup: 1 }))
        .yield((scope: Loose) => scope[name[0]?.toLowerCase() + name.slice(1)]);
    building((flow) =>
      done(flow.parallel("Both", { left: wide("TellLeft"), right: wide("TellRight") })),
    ).toThrow('the results of "Both" may have up to 489 KiB together, most of it from "left", "right"');
    building((flow) => done(flow.parallel("Both", { left: wide("TellLeft"), right: each }))).not.toThrow();
  });

  it("warns of payloads that are put together of several outputs", () => {
    const wide = (name: string) => step(name, z.object({ text: z.string() }));
    const { warnings } = machine((flow) =>
      flow
        .step(wide("TellOne"), () => ({ cup: 1 }))
        .step(wide("TellTwo"), ({ tellOne, input }: Loose) => ({
          cup: [tellOne.text, tellOne.text, input.cups],
        }))
        .succeed("Brewed", ({ tellOne, tellTwo }: Loose) => ({ brewed: [tellOne, tellTwo] })),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^The output of "Brewed" may have up to 489 KiB \("tellOne.text" has no bound\)/),
    ]);
  });
});

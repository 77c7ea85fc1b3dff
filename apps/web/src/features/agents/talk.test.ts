import type { RunStep } from "@longhaul/kit";
import { contracts } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { presets } from "./presets.js";
import { costText, hueOf, talkOf } from "./talk.js";

const agents = [
  { name: "Ada", role: "Cyclist", position: "Close it." },
  { name: "Ben", role: "Shopkeeper", position: "Keep it." },
];
const spoken = (number: number, text: string) => ({
  ...{ number, round: 1, kind: "statement", speaker: agents[(number + 1) % 2]?.name, role: "r", text },
  ...{ addressed: null, stance: null, action: null, values: null },
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  madeBy: { maker: "offline", model: "m", note: null },
});
const step = (name: string, output: unknown, over: object = {}) =>
  ({
    step: name,
    itemPath: "",
    visit: 0,
    status: "succeeded",
    output,
    error: null,
    ...over,
  }) as unknown as RunStep;
const text = (stream: string, words: string) => ({
  step: "Speak",
  itemPath: "0",
  visit: 0,
  stream,
  from: 0,
  text: words,
});
const run = { status: "running", input: { topic: "t", agents } } as const;

describe("a talk as far as it is", () => {
  it("has its turns in order, whatever the order of the steps, and how many there will be", () => {
    const plan = step("Prepare", { turns: [1, 2, 3, 4] });
    const steps = [step("Speak", spoken(2, "two")), plan, step("Speak", spoken(1, "one"))];
    const talk = talkOf(run, steps, []);
    expect(talk.turns.map((turn) => turn.text)).toEqual(["one", "two"]);
    expect(talk).toMatchObject({ planned: 4, speaking: null, result: null, problem: null });
  });

  it("shows who speaks, and not again what is kept already", () => {
    const texts = [text("1 Ada", "one"), text("2 Ben", "tw"), text("story", "x")];
    const talk = talkOf(run, [step("Speak", spoken(1, "one"))], texts);
    expect(talk.speaking).toEqual({ number: 2, speaker: "Ben", text: "tw" });
    expect(talkOf({ ...run, status: "failed" } as never, [], texts).speaking).toBeNull();
  });

  it("says what stands in the way of a turn that is tried again", () => {
    const failing = step("Speak", null, {
      status: "retrying",
      error: { code: "X", message: "The model is busy." },
    });
    expect(talkOf(run, [failing], []).problem).toBe("The model is busy.");
  });

  it("shows nothing rather than what is in no form that it knows", () => {
    expect(talkOf({ ...run, input: { agents: "no" } }, [step("Speak", { text: 1 })], [])).toMatchObject({
      agents: [],
      turns: [],
      planned: null,
    });
  });
});

describe("the looks of a talk", () => {
  it("parts 25 speakers by their hues, and has none for the moderator", () => {
    const many = presets[3]!.agents;
    expect(new Set(many.map(({ name }) => hueOf(many, name))).size).toBe(25);
    expect(hueOf(many, "Moderator")).toBeNull();
  });

  it.each([
    [0, "$0"],
    [0.004, "under $0.01"],
    [1.239, "$1.24"],
    [null, "price not known"],
  ])("writes a cost of %s as %s", (cost, words) => {
    expect(costText(cost)).toBe(words);
  });
});

describe("the examples", () => {
  it.each(presets.map((preset) => [preset.title, preset] as const))(
    "%s can be started as it is",
    (_title, preset) => {
      const { format, topic, rounds, agents: all, quantities } = preset;
      const input = { topic, rounds, agents: all, ...(quantities && { quantities }) };
      expect(contracts[format].input.safeParse(input).error).toBeUndefined();
    },
  );
});

import { describe, expect, it } from "vitest";
import { discussion } from "../discussion/contract.js";
import { panel } from "../panel/contract.js";
import { simulation } from "../simulation/contract.js";
import { planOf } from "./plan.js";

const agent = (name: string) => ({ name, role: "Neighbour", position: `${name} wants a quiet street.` });
const agents = (count: number) =>
  Array.from({ length: count }, (_, at) => agent(`Agent ${String.fromCharCode(65 + at)}`));
const input = (over: object) => ({ topic: "What becomes of the street?", agents: agents(2), ...over });
const messages = (contract: { input: typeof panel.input | typeof simulation.input }, over: object) =>
  contract.input.safeParse(input(over)).error?.issues.map(({ message }) => message) ?? [];

describe("the input of a talk", () => {
  it("takes 2 to 25 agents", () => {
    expect(messages(panel, { agents: agents(25) })).toEqual([]);
    expect(messages(panel, { agents: agents(1) })).toEqual(["A talk needs at least 2 agents."]);
    expect(messages(panel, { agents: agents(26) })).toEqual(["A talk has at most 25 agents."]);
  });

  it("takes each name once, in whatever letters it is written, and leaves the moderator hers", () => {
    expect(messages(discussion, { agents: [agent("Zoë"), agent("zoë")] })).toEqual([
      'Two agents are called "zoë": give one of them another name.',
    ]);
    expect(messages(panel, { agents: [agent("Moderator"), agent("Ben")] })[0]).toContain(
      "moderator is there",
    );
  });

  it.each([
    ["an empty topic", { topic: "   " }, "Write what it is about."],
    [
      "no position",
      { agents: [agent("Ada"), { ...agent("Ben"), position: "" }] },
      "Say what the agent stands for.",
    ],
    ["markup for a name", { agents: [agent("Ada"), agent("<b>Ben</b>")] }, "A name begins with a letter"],
    ["eleven rounds", { rounds: 11 }, "Too big"],
    ["what it does not know", { secret: 1 }, "Unrecognized key"],
  ])("refuses %s", (_what, over, message) => {
    expect(messages(panel, over).join()).toContain(message);
  });

  it("wants a shared state that can be: named once, and its start within its bounds", () => {
    const fish = { name: "Fish", start: 10, min: 0, max: 100, mostChange: 5 };
    expect(messages(simulation, { quantities: [fish] })).toEqual([]);
    expect(messages(simulation, { quantities: [] })).toEqual(["Give the agents something to change."]);
    expect(messages(simulation, { quantities: [fish, { ...fish, name: "fish" }] })).toEqual([
      "Two quantities have the same name.",
    ]);
    expect(messages(simulation, { quantities: [{ ...fish, start: 101 }] })[0]).toContain(
      "start lies between",
    );
  });

  it("names the run after its topic, within what a run's name may be", () => {
    const given = panel.input.parse(input({ topic: "x".repeat(500) }));
    expect([...panel.runName(given)]).toHaveLength(120);
    expect(panel.lane).toBe("queued");
  });
});

describe("the plan of a talk", () => {
  it.each([
    ["panel", 260],
    ["discussion", 250],
    ["simulation", 250],
  ] as const)("has, for 25 agents and 10 rounds of a %s, %d turns in one order", (format, count) => {
    const turns = planOf(format, 25, 10);
    expect(turns.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    expect(turns.at(-1)?.round).toBe(10);
    const questions = turns.filter(({ kind }) => kind === "question");
    expect(questions).toHaveLength(format === "panel" ? 10 : 0);
  });
});

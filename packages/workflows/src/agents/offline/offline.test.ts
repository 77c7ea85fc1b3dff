import { describe, expect, it } from "vitest";
import { startValues } from "../state.js";
import { talkContext, wholeTalk } from "../testing/whole-talk.js";
import { takeTurn } from "../steps/speak.handler.js";
import type { Turn } from "../result.js";
import { meetingsOf } from "./clashes.js";

const topic = "Should the main street be closed to cars?";
const agents = [
  {
    name: "Ada",
    role: "Cycling commuter",
    position:
      "The main street should be closed to cars from eight to six. Parked cars take the room that children need.",
  },
  {
    name: "Ben",
    role: "Owner of a hardware shop",
    position:
      "Closing the street to cars will cost my shop its customers. Deliveries need the street in the morning.",
  },
  {
    name: "Chloe",
    role: "Bus driver",
    position:
      "Buses must not wait behind parked cars. Deliveries should be done before seven in the morning.",
  },
];
const street = { topic, agents, rounds: 3 };
const words = (turns: readonly Turn[]) => turns.map(({ text }) => text);

describe("a panel without a model", () => {
  it("says the same again for the same run, and something else for other positions", async () => {
    const [one, again] = [await wholeTalk("panel", street), await wholeTalk("panel", street)];
    expect(words(one.turns)).toEqual(words(again.turns));
    const changed = agents.map((agent, at) =>
      at === 0 ? { ...agent, position: "Trams belong there." } : agent,
    );
    const other = await wholeTalk("panel", { ...street, agents: changed });
    expect(words(other.turns).join(" ")).toContain("Trams belong there.");
    expect(words(other.turns).join(" ")).not.toContain("closed to cars from eight");
  });

  it("uses the topic, every sentence of every position, and what was said before", async () => {
    const { turns } = await wholeTalk("panel", street);
    expect(turns[0]?.text).toContain(topic);
    const all = words(turns).join(" ");
    for (const { position } of agents)
      for (const sentence of position.split(/(?<=\.) /)) expect(all).toContain(sentence);
    const answers = turns.filter(({ speaker, stance }) => speaker !== "Moderator" && stance !== null);
    expect(answers.length).toBeGreaterThan(6);
    for (const { text, stance } of answers) {
      expect(text).toContain(stance?.towards);
      expect(text).toMatch(/“.+”/);
    }
  });

  it("sees that one is for what another is against, and asks the two about it", async () => {
    const { turns, result } = await wholeTalk("panel", street);
    const ben = turns.find(({ speaker }) => speaker === "Ben");
    expect(ben).toMatchObject({ stance: { towards: "Ada", kind: "disagrees" } });
    expect(turns.find(({ round, kind }) => round === 2 && kind === "question")?.text).toMatch(
      /Ada.*Ben|Ben.*Ada/,
    );
    expect(result.disagreements.join()).toMatch(/Ada says “The main street should be closed/);
    expect(result.agreements.join()).toMatch(/Ben says “Deliveries need.*Chloe/);
  });

  it("is honest about itself, and costs nothing", async () => {
    const { turns, result, transcript } = await wholeTalk("panel", street);
    for (const { madeBy, usage } of [...turns, result]) {
      expect(madeBy.note).toContain("without a language model");
      expect(usage).toEqual({ inputTokens: 0, outputTokens: 0, costUsd: 0 });
    }
    expect(result).toMatchObject({ turns: 12 });
    for (const { text } of turns) expect(transcript).toContain(text);
  });

  it("finds nothing in common where nothing is", () => {
    const strangers = [
      { name: "Ida", role: "r", position: "Bees need lime trees." },
      { name: "Kim", role: "r", position: "Trains should run at night." },
    ];
    expect(meetingsOf({ agents: strangers, topic })).toEqual([]);
  });

  it("speaks for positions that are one word, or in no Latin letters", async () => {
    const odd = [
      { name: "Ан", role: "r", position: "Тишина" },
      { name: "李", role: "r", position: "安静 🙂" },
    ];
    const input = { topic: "?", agents: odd, rounds: 2 };
    const { turns } = await wholeTalk("discussion", input);
    expect(turns).toHaveLength(4);
    for (const { text } of turns) expect(text.trim()).not.toBe("");
  });
});

describe("a discussion without a model", () => {
  it("gives everybody the word, and mostly whoever was asked", async () => {
    const { turns, result } = await wholeTalk("discussion", { ...street, rounds: 6 });
    for (const { turns: own } of result.shares) expect(own).toBeGreaterThanOrEqual(4);
    const answered = turns.filter((turn, at) => turns[at - 1]?.addressed === turn.speaker);
    expect(answered.length).toBeGreaterThan(turns.length / 3);
    for (const [at, turn] of turns.entries()) expect(turn.speaker).not.toBe(turns[at - 1]?.speaker);
  });
});

describe("a simulation without a model", () => {
  const fish = { name: "Fish", start: 500, min: 0, max: 1000, growthPercent: 10, mostChange: 60 };
  const village = (positions: readonly string[]) => ({
    topic: "How much may each boat catch?",
    rounds: 6,
    quantities: [fish],
    agents: positions.map((position, at) => ({ name: `Boat ${"ABC"[at]}`, role: "Skipper", position })),
  });
  const greedy = "I have a loan to pay, and I catch as much fish as my boat can carry.";
  const careful = "My children shall fish here too: I take only as much fish as grows back.";
  const last = (turns: readonly Turn[]) => turns.at(-1)?.values?.[0] as number;

  it("ends by what the agents stand for: with less where they take all they can", async () => {
    const [all, some] = [
      await wholeTalk("simulation", village([greedy, greedy, greedy])),
      await wholeTalk("simulation", village([careful, careful, careful])),
    ];
    expect(last(all.turns)).toBeLessThan(last(some.turns) / 2);
    expect(all.result.summary).toContain("Fish went from 500 to");
  });

  it("keeps the shared state within its bounds, and each change to what one may", async () => {
    const { turns } = await wholeTalk("simulation", village([greedy, greedy, "Fish must be protected."]));
    for (const { action, values } of turns) {
      expect(Math.abs(action?.change ?? 99)).toBeLessThanOrEqual(60);
      expect(values?.[0]).toBeGreaterThanOrEqual(0);
      expect(values?.[0]).toBeLessThanOrEqual(1000);
    }
    expect(startValues([fish])).toEqual([500]);
  });
});

describe("a turn", () => {
  it("fails where a rehearsal asks for it, and only there", async () => {
    const input = { ...street, rehearsal: { failTurn: { turn: 1, onTry: 1 } } };
    const order = { format: "panel", turn: { number: 1, round: 1, kind: "question", agent: null } } as const;
    const taken = (over: object) => takeTurn(order, talkContext(input, [], over).ctx);
    await expect(taken({ simulation: true })).rejects.toMatchObject({ code: "SIMULATED_FAILURE" });
    await expect(taken({ simulation: true, try: 2 })).resolves.toMatchObject({ speaker: "Moderator" });
    await expect(taken({ simulation: false })).resolves.toMatchObject({ number: 1 });
  });

  it("streams its words under its number and speaker, as they are kept", async () => {
    const context = talkContext(street, []);
    const turn = { number: 2, round: 1, kind: "answer", agent: 0 } as const;
    const { text } = await takeTurn({ format: "panel", turn }, context.ctx);
    expect([...context.texts]).toEqual([["2 Ada", text]]);
  });
});

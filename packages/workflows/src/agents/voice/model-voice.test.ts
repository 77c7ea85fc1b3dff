import { APICallError } from "ai";
import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import { describe, expect, it } from "vitest";
import { talkContext, wholeTalk } from "../testing/whole-talk.js";
import { turnSchema } from "../result.js";
import { takeTurn } from "../steps/speak.handler.js";
import { modelVoice } from "./model-voice.js";
import { costOf } from "./prices.js";

const agents = [
  { name: "Ada", role: "Cyclist", position: "Close the street." },
  { name: "Ben", role: "Shopkeeper", position: "Keep it open." },
];
const input = { topic: "The street", agents, rounds: 1 };
const boat = {
  ...input,
  quantities: [{ name: "Fish", start: 100, min: 0, max: 100, growthPercent: 0, mostChange: 10 }],
};
const tokens = (inputTokens: number, outputTokens: number) => ({
  inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
});
const finished = (unified: "stop" | "content-filter" | "length") => ({
  type: "finish" as const,
  finishReason: { unified, raw: undefined },
  usage: tokens(1000, 100),
});

const ending = { summary: "They differ.", agreements: [] as string[], disagreements: ["All."] };

function speaking(
  texts: readonly string[],
  reason: "stop" | "content-filter" | "length" = "stop",
  summedUp = ending,
) {
  const prompts: string[] = [];
  const model = new MockLanguageModelV3({
    modelId: "us.amazon.nova-pro-v1:0",
    doStream: async ({ prompt }) => {
      prompts.push(JSON.stringify(prompt));
      const deltas = texts.map((delta) => ({ type: "text-delta" as const, id: "1", delta }));
      return {
        stream: simulateReadableStream({
          chunks: [
            { type: "text-start", id: "1" },
            ...deltas,
            { type: "text-end", id: "1" },
            finished(reason),
          ],
          chunkDelayInMs: null,
          initialDelayInMs: null,
        }),
      };
    },
    doGenerate: async () => ({
      content: [{ type: "text", text: JSON.stringify(summedUp) }],
      finishReason: { unified: "stop", raw: undefined },
      usage: tokens(500, 50),
      warnings: [],
    }),
  });
  return { prompts, voice: modelVoice({ maker: "amazon-bedrock", model, seconds: 5 }) };
}

const failingWith = (error: Error) =>
  modelVoice({
    maker: "openai-compatible",
    model: new MockLanguageModelV3({ doStream: () => Promise.reject(error) }),
    seconds: 0.2,
  });
const apiError = (statusCode: number, responseHeaders: Record<string, string> = {}) =>
  new APICallError({ message: "no", url: "http://x", requestBodyValues: {}, statusCode, responseHeaders });

const turn = { number: 1, round: 1, kind: "answer", agent: 0 } as const;
const speak = (by: ReturnType<typeof modelVoice>, given: object = input, format = "discussion" as const) =>
  takeTurn(
    { format: "quantities" in given ? "simulation" : format, turn },
    talkContext(given as typeof input, []).ctx,
    by,
  );

describe("a model that speaks for an agent", () => {
  it("is told topic, position and transcript, and its tokens are counted and priced", async () => {
    const { voice, prompts } = speaking(["I say: ", "close it. Ben, do you agree?"]);
    const { turns, result } = await wholeTalk("discussion", input, voice);
    expect(turns[0]).toMatchObject({ speaker: "Ada", addressed: "Ben", stance: null });
    expect(turns[1]?.speaker).toBe("Ben");
    for (const words of ["The street", "Keep it open.", "Ada: I say: close it."])
      expect(prompts[1]).toContain(words);
    expect(prompts[1]).not.toContain("Close the street.");
    expect(turns[0]?.usage).toEqual({ inputTokens: 1000, outputTokens: 100, costUsd: 0.00112 });
    expect(result.usage).toEqual({ inputTokens: 2500, outputTokens: 250, costUsd: 0.0028 });
    expect(result.madeBy).toMatchObject({ maker: "amazon-bedrock", note: null });
  });

  it("says what it does on a line of its own, which nobody hears and which is held to what is allowed", async () => {
    const { voice } = speaking(["I take what I need.\nAC", "TION: fish −", "50"]);
    const context = talkContext(boat, []);
    const said = await takeTurn({ format: "simulation", turn }, context.ctx, voice);
    expect(said).toMatchObject({
      text: "I take what I need.",
      action: { quantity: "Fish", change: -10 },
      values: [90],
    });
    expect([...context.texts.values()].join("").trim()).toBe("I take what I need.");
  });

  it("sums up in the first points of more than there is room for", async () => {
    const agreements = Array.from({ length: 11 }, (_, at) => `Point ${at + 1}.`);
    const { voice } = speaking(["I say so."], "stop", { ...ending, agreements });
    const { result } = await wholeTalk("discussion", input, voice);
    expect(result.agreements).toEqual(agreements.slice(0, 8));
  });

  it.each([
    ["-1,5", -1.5],
    ["+2,25", 2.25],
    ["-1,000", -10],
    ["-1,000.5", -10],
    ["3.5", 3.5],
  ])("does %s as %d", async (said, change) => {
    const half = { ...boat, quantities: boat.quantities.map((one) => ({ ...one, start: 50 })) };
    const turn = await speak(speaking([`So.\nACTION: Fish ${said}`]).voice, half);
    expect(turn.action).toEqual({ quantity: "Fish", change });
  });

  it("is cut where it is longer than a turn may be, also by letters that count twice", async () => {
    const said = await speak(speaking(["🐟".repeat(3_000)]).voice);
    expect(turnSchema.parse(said).text).toMatch(/^🐟{1900}.*\.\.\.$/u);
  });

  it.each([
    ["nothing", [""], "stop", input, "MODEL_ANSWER_INVALID"],
    ["no action", ["I wait."], "stop", boat, "MODEL_ANSWER_INVALID"],
    ["an action on something else", ["So.\nACTION: Gold 5"], "stop", boat, "MODEL_ANSWER_INVALID"],
    ["half an answer", ["I th"], "length", input, "MODEL_ANSWER_INVALID"],
    ["a refusal", ["I'm sorry, I can't do that."], "stop", input, "MODEL_REFUSED"],
    ["what a filter stops", ["I"], "content-filter", input, "MODEL_REFUSED"],
  ] as const)("fails when it gives %s", async (_what, texts, reason, given, code) => {
    await expect(speak(speaking(texts, reason).voice, given)).rejects.toMatchObject({ code });
  });

  it.each([
    [429, "RetryableError", "MODEL_RATE_LIMITED"],
    [503, "RetryableError", "MODEL_UNAVAILABLE"],
    [401, "FatalError", "MODEL_ACCESS_DENIED"],
    [404, "FatalError", "MODEL_NOT_FOUND"],
  ])("tells a status of %d apart: %s %s", async (status, name, code) => {
    await expect(speak(failingWith(apiError(status)))).rejects.toMatchObject({ name, code });
  });

  it("waits as long as it is asked to, and not for ever", async () => {
    const limited = apiError(429, { "retry-after": "7" });
    await expect(speak(failingWith(limited))).rejects.toMatchObject({ retryAfter: 7 });
    const silent = modelVoice({
      maker: "openai-compatible",
      model: new MockLanguageModelV3({
        doStream: ({ abortSignal }) =>
          new Promise((_, reject) =>
            abortSignal?.addEventListener("abort", () => reject(abortSignal.reason as Error)),
          ),
      }),
      seconds: 0.05,
    });
    await expect(speak(silent)).rejects.toMatchObject({ code: "MODEL_TIMED_OUT" });
  });
});

describe("the price table", () => {
  it("prices by a million tokens, through an inference profile too, and knows what it does not know", () => {
    expect(costOf("gpt-4o-mini", { inputTokens: 1e6, outputTokens: 1e6 })).toBeCloseTo(0.75);
    expect(costOf("eu.amazon.nova-lite-v1:0", { inputTokens: 1e6, outputTokens: 0 })).toBeCloseTo(0.06);
    expect(costOf("constructor", { inputTokens: 1, outputTokens: 1 })).toBeNull();
  });
});

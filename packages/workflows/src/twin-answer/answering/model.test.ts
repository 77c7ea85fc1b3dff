import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import { describe, expect, it } from "vitest";
import { modelAnswerer } from "./model.js";

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** What a model that says this has answered, from three passages. */
function answered(said: string) {
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: "text-start", id: "1" },
          { type: "text-delta", id: "1", delta: said },
          { type: "text-end", id: "1" },
          { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage },
        ],
        chunkDelayInMs: null,
        initialDelayInMs: null,
      }),
    }),
  });
  const answerer = modelAnswerer({ maker: "openai-compatible", model, seconds: 5 });
  const passage = { document: "beans.txt", excerpt: "Beans are sown in May.", score: 3, cover: 1 };
  return answerer({
    question: "When are beans sown?",
    twin: "Gardener",
    persona: {
      ...{ favourites: ["beans"], wordsPerSentence: 12, variety: 0.4 },
      ...{ questions: 0, exclamations: 0, firstPerson: 0.01 },
    },
    passages: [passage, passage, passage],
    signal: new AbortController().signal,
    onText: () => {},
  });
}

describe("the passages that a model's answer rests on", () => {
  it.each([
    ["In May [2].", [1]],
    ["In May [2][3], and not before [2].", [1, 2]],
    ["In May [2, 3].", [1, 2]],
    ["In May [3; 1].", [2, 0]],
    ["In May [2,7].", [1]],
    ["In May, in [2026].", [0]],
    ["In May.", [0]],
  ])("%s", async (said, cited) => {
    expect(await answered(said)).toMatchObject({ found: true, answer: said, cited });
  });

  it("also where it begins with a regret", async () => {
    const said = "I'm sorry, only May is named [2, 3].";
    expect(await answered(said)).toMatchObject({ cited: [1, 2] });
    await expect(answered("I'm sorry, I can't say.")).rejects.toMatchObject({ code: "MODEL_REFUSED" });
  });
});

import type { ServerResponse } from "node:http";
import { memoryContext } from "@longhaul/workflows/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { useModel } from "../env.js";
import { type Answer, type Asked, chat, eventFrame, json, modelServer } from "../storybook/model-server.js";

type Provider = "amazon-bedrock" | "openai-compatible";

/** Answers in the protocol that it is asked in, whole or as a stream. */
function say(asked: Asked, response: ServerResponse, text: string, finish: "stop" | "filter" = "stop"): void {
  if (!asked.path.includes("/converse"))
    return chat(asked, response, text, finish === "filter" ? "content_filter" : "stop");
  const stopReason = finish === "filter" ? "content_filtered" : "end_turn";
  if (!asked.path.endsWith("/converse-stream")) {
    const usage = { inputTokens: 3, outputTokens: 5, totalTokens: 8 };
    return json(response, {
      ...{ output: { message: { role: "assistant", content: [{ text }] } }, stopReason, usage },
    });
  }
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  response.write(eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }));
  response.write(eventFrame("messageStop", { stopReason }));
  response.end(eventFrame("metadata", { usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 } }));
}

/** Half of an answer, and then the connection is gone. */
function breakOff(asked: Asked, response: ServerResponse): void {
  if (asked.path.endsWith("/converse-stream")) {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.write(
      eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "The half of what" } }),
    );
  } else if (asked.body["stream"] === true) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { id: "c", object: "chat.completion.chunk", created: 0, model: "m" };
    const choices = [{ index: 0, delta: { content: "The half of what" }, finish_reason: null }];
    response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  } else
    response.writeHead(200, { "content-type": "application/json", "content-length": 500 }).write('{"id":');
  setImmediate(() => response.destroy());
}

/** The same, but with an end as if it were whole. */
function endEarly(asked: Asked, response: ServerResponse): void {
  if (asked.path.endsWith("/converse-stream")) {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(
      eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "The half of what" } }),
    );
  } else if (asked.body["stream"] === true) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { id: "c", object: "chat.completion.chunk", created: 0, model: "m" };
    const choices = [{ index: 0, delta: { content: "The half of what" }, finish_reason: null }];
    response.end(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  } else response.writeHead(200, { "content-type": "application/json" }).end('{"id": "c", "choi');
}

const persona = {
  ...{ favourites: ["beans"], wordsPerSentence: 12, variety: 0.4 },
  ...{ questions: 0, exclamations: 0, firstPerson: 0.01 },
};
const agents = [
  { name: "Ada", role: "Cyclist", position: "Close the street." },
  { name: "Ben", role: "Shopkeeper", position: "Leave it open." },
];
const talk = { input: { topic: "The street", agents, rounds: 1 }, turns: [], spoken: {} };
const order = { segment: { name: "Gardeners", description: "" }, channel: "EMAIL", variant: 1 };
const company = { company: "Seeds", industry: "", audience: "", tone: "friendly" };
const passage = { document: "beans.txt", excerpt: "Beans are sown in May.", score: 3, cover: 1 };

type Loaders = Record<
  string,
  Record<string, () => Promise<{ default: { run(input: unknown, ctx: unknown): Promise<unknown> } }>>
>;

/** The steps that ask a model: what they are given, a good answer, and what it is kept as. */
const steps = [
  {
    ...{
      workflow: "campaign",
      step: "WriteDraft",
      input: { goal: "Sell beans", company, interests: [], order },
    },
    ...{ good: '{"subject": "Beans", "body": "Sow them in May."}', kept: { subject: "Beans" } },
  },
  {
    ...{
      workflow: "panel",
      step: "Speak",
      good: "The street is loud.",
      kept: { text: "The street is loud." },
    },
    input: { format: "panel", turn: { number: 1, round: 1, kind: "statement", agent: 0 } },
  },
  {
    ...{
      workflow: "twin-answer",
      step: "AnswerQuestion",
      good: "In May. [1]",
      kept: { found: true, cited: [0] },
    },
    input: { question: "When are beans sown?", twin: "Gardener", persona, passages: [passage] },
  },
  {
    ...{ workflow: "panel", step: "SumUp", input: { format: "panel" } },
    ...{ good: '{"summary": "They differ.", "agreements": [], "disagreements": ["The street"]}' },
    kept: { summary: "They differ.", turns: 0 },
  },
] as const;

describe.each(["openai-compatible", "amazon-bedrock"] as const)("%s", (provider: Provider) => {
  let server: Awaited<ReturnType<typeof modelServer>>;
  let handlers: Loaders;
  let answer: Answer;
  beforeAll(async () => {
    // Bedrock's streams come over HTTP/1.1 here, as the AI SDK asks for them.
    server = await modelServer((asked, response) => answer(asked, response));
    useModel(provider, server.url);
    // Which model is asked is read once: each provider has its own steps.
    vi.resetModules();
    handlers = (await import("@longhaul/workflows/handlers")).handlers;
  });
  beforeEach(() => {
    server.asked.length = 0;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe.each(steps)("$workflow: $step", ({ workflow, step, input, good, kept }) => {
    const run = async (signal?: AbortSignal) => {
      const { ctx } = memoryContext({ records: { call: async () => talk }, ...(signal && { signal }) });
      return (await handlers[workflow]![step]!()).default.run(input, ctx);
    };

    it("keeps what it says, and who said it", async () => {
      answer = (asked, response) => say(asked, response, good);
      expect(await run()).toMatchObject({
        ...kept,
        madeBy: { maker: provider, model: "writer-1", note: null },
      });
      expect(server.asked).toHaveLength(1);
    });

    it.each<[string, Answer, string, string]>([
      [
        "refuses in words",
        (a, r) => say(a, r, "I'm sorry, but I can't help with that."),
        "FatalError",
        "MODEL_REFUSED",
      ],
      ["is stopped by a filter", (a, r) => say(a, r, good, "filter"), "FatalError", "MODEL_REFUSED"],
      ["answers 500", (_a, r) => json(r, { message: "Oh." }, 500), "RetryableError", "MODEL_UNAVAILABLE"],
      ["answers 403", (_a, r) => json(r, { message: "No." }, 403), "FatalError", "MODEL_ACCESS_DENIED"],
      ["says nothing", (a, r) => say(a, r, ""), "RetryableError", "MODEL_ANSWER_INVALID"],
      ["never answers", () => {}, "RetryableError", "MODEL_TIMED_OUT"],
      ["breaks off", breakOff, "RetryableError", "MODEL_"],
      ["ends in the middle as if that were all", endEarly, "RetryableError", "MODEL_"],
      ["answers with no JSON", (_a, r) => void r.writeHead(200).end("<html>"), "RetryableError", "MODEL_"],
    ])("%s", async (_what, given, name, code) => {
      answer = given;
      const failing = run();
      await expect(failing).rejects.toMatchObject({ name, code: expect.stringContaining(code) as string });
      await expect(failing).rejects.not.toThrow(/drawing|secret-key/);
      // Tries are Step Functions' affair: a second one here would be paid for twice.
      expect(server.asked).toHaveLength(1);
    });

    it("is busy, and waited for as long as it asks", async () => {
      answer = (_asked, response) => json(response, { message: "Later." }, 429, { "retry-after": "7" });
      await expect(run()).rejects.toMatchObject({
        ...{ name: "RetryableError", code: "MODEL_RATE_LIMITED", retryAfter: 7 },
      });
    });

    it("is not asked any more when the run is cancelled", async () => {
      const cancel = new AbortController();
      const reason = new Error("cancelled");
      answer = () => cancel.abort(reason);
      await expect(run(cancel.signal)).rejects.toBe(reason);
    });
  });
});

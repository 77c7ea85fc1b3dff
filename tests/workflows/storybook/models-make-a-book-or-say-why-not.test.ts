import { PollyClient } from "@aws-sdk/client-polly";
import {
  authorEnv,
  authorOf,
  drawingAnalysis,
  pollyVoice,
  samplePng,
  silentWav,
} from "@longhaul/workflows/testing/storybook";
import { beforeAll, describe, expect, it } from "vitest";
import { useAwsKeys } from "./env.js";
import { type Answer, chat, eventFrame, json, modelServer } from "./model-server.js";

const never = new AbortController().signal;
const pages = Array.from({ length: 4 }, (_, i) => ({
  text: `Mia and the cat walk on, step ${i + 1}.`,
  illustration: `A garden in the morning, page ${i + 1}.`,
}));
const told = { title: "Mia and the Cat", pages };
const described = {
  summary: "A black cat on a red roof.",
  elements: [{ name: "cat", colour: "black", where: "middle", size: "large" }],
  mood: "calm",
};
let png: Buffer;
let analysis: Awaited<ReturnType<typeof drawingAnalysis>>;
beforeAll(async () => {
  png = await samplePng();
  analysis = await drawingAnalysis(png);
}, 60_000);

const compatible = (url: string, more: Record<string, string> = {}) =>
  authorOf(
    authorEnv({
      AI_PROVIDER: "openai-compatible",
      AI_BASE_URL: `${url}/v1/`,
      AI_TEXT_MODEL: "writer-1",
      AI_API_KEY: "secret-key",
      ...more,
    }),
  );
const order = (onText: (text: string) => void = () => {}) => ({
  childName: "Mia",
  pages: 4,
  seen: analysis.description,
  seed: "s",
  signal: never,
  onText,
});
const page = {
  page: { text: "A cat.", illustration: "A roof." },
  colours: [],
  mood: "calm",
  drawn: "A cat.",
  cutOut: { png: new Uint8Array(), width: 1, height: 1 },
  seed: "s",
  signal: never,
} as const;

async function failing(answer: Answer, more: Record<string, string> = {}) {
  await using server = await modelServer(answer);
  const error = await (await compatible(server.url, more)).write(order()).then(
    () => expect.fail("A story was written."),
    (thrown: { name: string; code: string; message: string; retryAfter?: unknown; cause?: unknown }) =>
      thrown,
  );
  return { ...error, name: error.name, message: error.message, calls: server.asked.length };
}

describe("an OpenAI-compatible endpoint", () => {
  it("describes, writes, draws and reads; the story streams as prose while it is written", async () => {
    await using server = await modelServer((asked, response) => {
      if (asked.path === "/v1/images/generations")
        return json(response, { created: 0, data: [{ b64_json: png.toString("base64") }] });
      if (asked.path === "/v1/audio/speech") {
        response.writeHead(200, { "content-type": "audio/wav" });
        return void response.end(silentWav(2));
      }
      const isVision = JSON.stringify(asked.body["messages"]).includes("image_url");
      return chat(
        asked,
        response,
        isVision ? `Here:\n\`\`\`json\n${JSON.stringify(described)}\n\`\`\`` : JSON.stringify(told),
      );
    });
    const models = {
      AI_VISION_MODEL: "seer-1",
      AI_IMAGE_MODEL: "painter-1",
      AI_SPEECH_MODEL: "reader-1",
      AI_VOICE: "nova",
    };
    const author = await compatible(server.url, models);
    const seen = await author.describe({ png, analysis, signal: never });
    expect(seen).toMatchObject({
      summary: described.summary,
      mood: "calm",
      madeBy: { maker: "openai-compatible", model: "seer-1", note: null },
    });
    expect(seen.colours).toEqual(analysis.description.colours);
    const parts: string[] = [];
    const story = await author.write(order((text) => parts.push(text)));
    expect(story).toEqual({ ...told, madeBy: { maker: "openai-compatible", model: "writer-1", note: null } });
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.join("")).toBe([told.title, ...pages.map(({ text }) => text)].join("\n\n"));
    expect(Buffer.from((await author.draw(page)).picture).equals(png)).toBe(true);
    const spoken = await author.speak({ text: "One sentence here. And then another.", signal: never });
    expect(spoken.cues.map(({ text, to }) => [text, to])).toEqual([
      ["One sentence here.", expect.closeTo(1.03, 1)],
      ["And then another.", 2],
    ]);
    expect(server.asked.map(({ path }) => path)).toEqual([
      "/v1/chat/completions",
      "/v1/chat/completions",
      "/v1/images/generations",
      "/v1/audio/speech",
    ]);
    for (const { headers } of server.asked) expect(headers.authorization).toBe("Bearer secret-key");
    expect(server.asked[3]?.body).toMatchObject({ model: "reader-1", voice: "nova", response_format: "wav" });
  }, 30_000);

  it.each([
    ["Calm ", "calm"],
    ["happy", null],
    [undefined, null],
  ])(
    "that names the mood %s and more than there is room for is understood all the same",
    async (mood, read) => {
      const elements = Array.from({ length: 20 }, (_, i) => ({
        ...described.elements[0],
        name: `cat ${i + 1}`,
      }));
      await using server = await modelServer((asked, response) =>
        chat(asked, response, JSON.stringify({ ...described, mood, elements })),
      );
      const author = await compatible(server.url);
      const seen = await author.describe({ png, analysis, signal: never });
      expect(seen.mood).toBe(read ?? analysis.description.mood);
      expect(seen.elements.map(({ name }) => name)).toEqual(elements.slice(0, 12).map(({ name }) => name));
    },
  );

  it("is helped out by this machine where it has no model for pictures and speech", async () => {
    const author = await compatible("http://127.0.0.1:9");
    const spoken = await author.speak({ text: "One sentence here.", signal: never });
    expect(spoken.madeBy).toMatchObject({ maker: "offline", model: "flite, voice slt" });
  }, 30_000);

  it("that is busy is asked again when it says so, and only by the step", async () => {
    const busy = await failing((_, response) =>
      json(response, { error: { message: "slow down" } }, 429, { "retry-after": "17" }),
    );
    expect(busy).toMatchObject({
      name: "RetryableError",
      code: "MODEL_RATE_LIMITED",
      retryAfter: 17,
      calls: 1,
    });
    const date = "Wed, 01 Jan 2031 00:00:00 GMT";
    const later = await failing((_, response) => json(response, {}, 429, { "retry-after": date }));
    expect(later.retryAfter).toEqual(new Date(date));
  });

  it.each([
    [500, "RetryableError", "MODEL_UNAVAILABLE"],
    [503, "RetryableError", "MODEL_UNAVAILABLE"],
    [401, "FatalError", "MODEL_ACCESS_DENIED"],
    [404, "FatalError", "MODEL_NOT_FOUND"],
    [400, "FatalError", "MODEL_REQUEST_INVALID"],
  ])("that answers %i: %s %s, without its key in the sentence", async (status, name, code) => {
    const error = await failing((_, response) =>
      json(response, { error: { message: "no secret-key" } }, status),
    );
    expect(error).toMatchObject({ name, code, calls: 1 });
    expect(error.message).not.toContain("secret-key");
  });

  it.each([
    ["refuses in words", "I'm sorry, I can't help with that.", "FatalError", "MODEL_REFUSED"],
    ["refuses as it was told to", '{"refusal": "not a drawing"}', "FatalError", "MODEL_REFUSED"],
    ["answers broken JSON", '{"title": "x", "pages": [', "RetryableError", "MODEL_ANSWER_INVALID"],
    ["answers something else", '{"hello": 1}', "RetryableError", "MODEL_ANSWER_INVALID"],
    [
      "answers with too few pages",
      JSON.stringify({ ...told, pages: pages.slice(1) }),
      "RetryableError",
      "MODEL_ANSWER_INVALID",
    ],
    ["says nothing", "", "RetryableError", "MODEL_ANSWER_INVALID"],
    ["is unsafe", JSON.stringify({ ...told, title: "The Gun" }), "RetryableError", "STORY_UNSAFE"],
  ])("that %s", async (_, text, name, code) => {
    expect(await failing((asked, response) => chat(asked, response, text))).toMatchObject({
      name,
      code,
      calls: 1,
    });
  });

  it("whose filter steps in, or whose answer is cut off", async () => {
    const whole = JSON.stringify(told);
    expect(await failing((asked, response) => chat(asked, response, whole, "content_filter"))).toMatchObject({
      code: "MODEL_REFUSED",
    });
    expect(await failing((asked, response) => chat(asked, response, whole, "length"))).toMatchObject({
      code: "MODEL_ANSWER_INVALID",
    });
  });

  it("that never answers, or stops in the middle", async () => {
    const silent = await failing(() => {}, { AI_TIMEOUT_SECONDS: "1" });
    expect(silent).toMatchObject({ name: "RetryableError", code: "MODEL_TIMED_OUT" });
    const stuck = await failing(
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(
          'data: {"id":"1","choices":[{"index":0,"delta":{"content":"{"},"finish_reason":null}]}\n\n',
        );
      },
      { AI_TIMEOUT_SECONDS: "1" },
    );
    expect(stuck).toMatchObject({ name: "RetryableError", code: "MODEL_TIMED_OUT" });
    const cut = await failing((_, response) => response.destroy());
    expect(cut).toMatchObject({ name: "RetryableError", code: "MODEL_UNREACHABLE" });
  }, 30_000);

  it("is left at once when the step is told to stop", async () => {
    const stop = new AbortController();
    await using server = await modelServer(() => stop.abort(new Error("cancelled")));
    const author = await compatible(server.url);
    await expect(author.write({ ...order(), signal: stop.signal })).rejects.toThrow("cancelled");
  });

  it("that sends no picture, or no sound", async () => {
    await using server = await modelServer((asked, response) =>
      asked.path.includes("images") ? json(response, { created: 0, data: [] }) : void response.end("noise"),
    );
    const author = await compatible(server.url, { AI_IMAGE_MODEL: "p", AI_SPEECH_MODEL: "r" });
    await expect(author.draw(page)).rejects.toMatchObject({ code: "MODEL_ANSWER_INVALID" });
    await expect(author.speak({ text: "x", signal: never })).rejects.toMatchObject({
      code: "MODEL_ANSWER_INVALID",
    });
  });
});

describe("Amazon", () => {
  const bedrock = (url: string) => {
    useAwsKeys();
    return authorOf(authorEnv({ AI_PROVIDER: "amazon-bedrock", AI_BASE_URL: url }));
  };

  it("Bedrock describes, streams the story and draws, each call signed", async () => {
    await using server = await modelServer((asked, response) => {
      if (asked.path.endsWith("/invoke")) return json(response, { images: [png.toString("base64")] });
      if (!asked.path.endsWith("/converse-stream")) {
        const message = { role: "assistant", content: [{ text: JSON.stringify(described) }] };
        return json(response, {
          output: { message },
          stopReason: "end_turn",
          usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
        });
      }
      response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
      for (const text of JSON.stringify(told).match(/.{1,23}/g) ?? []) {
        response.write(eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }));
      }
      response.write(eventFrame("messageStop", { stopReason: "end_turn" }));
      return void response.end();
    });
    const author = await bedrock(server.url);
    const seen = await author.describe({ png, analysis, signal: never });
    expect(seen).toMatchObject({
      mood: "calm",
      madeBy: { maker: "amazon-bedrock", model: "amazon.nova-pro-v1:0" },
    });
    const parts: string[] = [];
    expect((await author.write(order((text) => parts.push(text)))).pages).toEqual(pages);
    expect(parts.join("")).toContain(pages[3]?.text);
    expect(Buffer.from((await author.draw(page)).picture).equals(png)).toBe(true);
    for (const { headers } of server.asked)
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIATEST/);
  }, 30_000);

  it("Bedrock's throttling and refusals are what they are", async () => {
    await using server = await modelServer((_, response) =>
      json(response, { message: "Too many requests" }, 429, { "retry-after": "3" }),
    );
    const author = await bedrock(server.url);
    await expect(author.write(order())).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED", retryAfter: 3 });
    await using filtering = await modelServer((_, response) =>
      json(response, {
        output: { message: { role: "assistant", content: [{ text: "{}" }] } },
        stopReason: "content_filtered",
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      }),
    );
    const filtered = (await bedrock(filtering.url)).describe({ png, analysis, signal: never });
    await expect(filtered).rejects.toMatchObject({ name: "FatalError", code: "MODEL_REFUSED" });
  }, 30_000);

  it("Polly reads a page, and says when each sentence begins", async () => {
    const pcm = Buffer.alloc(16_000 * 2 * 2, 7);
    const marks = [
      { time: 0, type: "sentence", start: 0, end: 9, value: "Good day." },
      { time: 900, type: "sentence", start: 10, end: 19, value: "Good bye." },
    ];
    await using server = await modelServer(
      (asked, response) => {
        const isMarks = asked.body["OutputFormat"] === "json";
        response.writeHead(200, { "content-type": isMarks ? "application/x-json-stream" : "audio/pcm" });
        response.end(isMarks ? marks.map((one) => JSON.stringify(one)).join("\n") : pcm);
      },
      { http2: true },
    );
    const client = pollyClient(server.url);
    const spoken = await pollyVoice({ voice: "Ivy", seconds: 10, client })({
      text: "Good day. Good bye.",
      signal: never,
    });
    expect(spoken.cues).toEqual([
      { text: "Good day.", from: 0, to: 0.9 },
      { text: "Good bye.", from: 0.9, to: 2 },
    ]);
    expect(spoken.madeBy).toEqual({ maker: "amazon-polly", model: "Ivy", note: null });
    expect(server.asked.map(({ body }) => body["Engine"])).toEqual(["neural", "neural"]);
  }, 30_000);

  it("Polly that is throttled is asked again later", async () => {
    await using server = await modelServer(
      (_, response) =>
        json(response, { message: "Rate exceeded" }, 400, { "x-amzn-errortype": "ThrottlingException" }),
      { http2: true },
    );
    const voice = pollyVoice({ voice: "Ivy", seconds: 10, client: pollyClient(server.url) });
    await expect(voice({ text: "Good day.", signal: never })).rejects.toMatchObject({
      name: "RetryableError",
      code: "MODEL_RATE_LIMITED",
    });
  }, 30_000);

  function pollyClient(endpoint: string) {
    const keys = { accessKeyId: "AKIATEST", secretAccessKey: "shh" };
    return new PollyClient({ endpoint, region: "us-east-1", credentials: keys, maxAttempts: 1 });
  }
});

describe("the environment", () => {
  it("is offline unless it says otherwise, and names what is missing", () => {
    expect(authorEnv({}).AI_PROVIDER).toBe("offline");
    expect(() => authorEnv({ AI_PROVIDER: "openai-compatible" })).toThrow(
      "needs AI_BASE_URL and AI_TEXT_MODEL",
    );
    expect(() => authorEnv({ AI_PROVIDER: "somebody" })).toThrow("AI_PROVIDER");
    expect(() => authorEnv({ AI_BASE_URL: "file:///etc/passwd" })).toThrow("AI_BASE_URL");
  });
});

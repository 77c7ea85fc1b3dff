import { type AuthorEnvironment, authorEnv } from "../../storybook/author/env.js";
import { offlineVoice } from "../offline/voice.js";
import type { Voice } from "./voice.js";

let chosen: Promise<Voice> | undefined;

/** The voice that the environment names, made once. Steps are given another one in tests. */
export function voice(): Promise<Voice> {
  chosen ??= voiceOf(authorEnv());
  return chosen;
}

/** Loads what that voice needs, and no model's library for the one that needs none. */
async function voiceOf(env: AuthorEnvironment): Promise<Voice> {
  const seconds = env.AI_TIMEOUT_SECONDS;
  switch (env.AI_PROVIDER) {
    case "offline":
      return offlineVoice;
    case "amazon-bedrock": {
      const [{ createAmazonBedrock }, { modelVoice }] = await Promise.all([
        import("@ai-sdk/amazon-bedrock"),
        import("./model-voice.js"),
      ]);
      const bedrock = createAmazonBedrock(env.AI_BASE_URL ? { baseURL: env.AI_BASE_URL } : {});
      const model = bedrock(env.AI_TEXT_MODEL ?? "amazon.nova-pro-v1:0");
      return modelVoice({ maker: "amazon-bedrock", model, seconds });
    }
    case "openai-compatible": {
      const [{ createOpenAICompatible }, { modelVoice }] = await Promise.all([
        import("@ai-sdk/openai-compatible"),
        import("./model-voice.js"),
      ]);
      const provider = createOpenAICompatible({
        name: "openai-compatible",
        baseURL: env.AI_BASE_URL as string,
        // Without it there is no count of tokens at the end of a stream.
        includeUsage: true,
        ...(env.AI_API_KEY && { apiKey: env.AI_API_KEY }),
      });
      return modelVoice({
        maker: "openai-compatible",
        model: provider(env.AI_TEXT_MODEL as string),
        seconds,
      });
    }
  }
}

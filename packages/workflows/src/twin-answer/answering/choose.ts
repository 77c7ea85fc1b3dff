import { type AuthorEnvironment, authorEnv } from "../../storybook/author/env.js";
import type { Answerer } from "./answerer.js";
import { offlineAnswerer } from "./offline.js";

let chosen: Promise<Answerer> | undefined;

/** The answerer that the environment names, made once. Steps are given another one in tests. */
export function answerer(): Promise<Answerer> {
  chosen ??= answererOf(authorEnv());
  return chosen;
}

/** Loads a model's library only for who asks a model. */
async function answererOf(env: AuthorEnvironment): Promise<Answerer> {
  const { AI_PROVIDER: maker, AI_BASE_URL: baseURL, AI_TIMEOUT_SECONDS: seconds } = env;
  if (maker === "offline") return offlineAnswerer;
  const { modelAnswerer } = await import("./model.js");
  if (maker === "amazon-bedrock") {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    const bedrock = createAmazonBedrock(baseURL ? { baseURL } : {});
    return modelAnswerer({ maker, seconds, model: bedrock(env.AI_TEXT_MODEL ?? "amazon.nova-pro-v1:0") });
  }
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const provider = createOpenAICompatible({
    name: maker,
    baseURL: baseURL as string,
    // Without it there is no count of tokens at the end of a stream.
    includeUsage: true,
    ...(env.AI_API_KEY && { apiKey: env.AI_API_KEY }),
  });
  return modelAnswerer({ maker, seconds, model: provider(env.AI_TEXT_MODEL as string) });
}

import { type AuthorEnvironment, authorEnv } from "../../storybook/author/env.js";
import { offlineWriter } from "./offline.js";
import type { CampaignWriter } from "./writer.js";

let chosen: Promise<CampaignWriter> | undefined;

/** The writer that the environment names, made once. Steps are given another one in tests. */
export function writer(): Promise<CampaignWriter> {
  chosen ??= writerOf(authorEnv());
  return chosen;
}

/** Loads a model's library only for who asks a model. */
async function writerOf(env: AuthorEnvironment): Promise<CampaignWriter> {
  const { AI_PROVIDER: maker, AI_BASE_URL: baseURL, AI_TIMEOUT_SECONDS: seconds } = env;
  if (maker === "offline") return offlineWriter;
  const { modelWriter } = await import("./model.js");
  if (maker === "amazon-bedrock") {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    const bedrock = createAmazonBedrock(baseURL ? { baseURL } : {});
    return modelWriter({ maker, seconds, model: bedrock(env.AI_TEXT_MODEL ?? "amazon.nova-pro-v1:0") });
  }
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const provider = createOpenAICompatible({
    name: maker,
    baseURL: baseURL as string,
    ...(env.AI_API_KEY && { apiKey: env.AI_API_KEY }),
  });
  return modelWriter({ maker, seconds, model: provider(env.AI_TEXT_MODEL as string) });
}

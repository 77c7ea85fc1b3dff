import type { Author } from "./author.js";
import { type AuthorEnvironment, authorEnv } from "./env.js";
import { offlineAuthor } from "./offline.js";

let chosen: Promise<Author> | undefined;

/** The author that the environment names, made once. Steps are given another one in tests. */
export function author(): Promise<Author> {
  chosen ??= authorOf(authorEnv());
  return chosen;
}

/** Loads what that author needs: the models' libraries take longer to load than a picture to draw. */
export async function authorOf(env: AuthorEnvironment): Promise<Author> {
  switch (env.AI_PROVIDER) {
    case "offline":
      return offlineAuthor;
    case "amazon-bedrock":
      return amazon(env);
    case "openai-compatible":
      return compatible(env);
  }
}

/** Region and credentials are read by the clients, as everywhere on AWS. */
async function amazon(env: AuthorEnvironment): Promise<Author> {
  const [{ createAmazonBedrock }, { modelAuthor }, { pollyVoice }] = await Promise.all([
    import("@ai-sdk/amazon-bedrock"),
    import("./model-author.js"),
    import("./polly.js"),
  ]);
  const bedrock = createAmazonBedrock(env.AI_BASE_URL ? { baseURL: env.AI_BASE_URL } : {});
  const text = env.AI_TEXT_MODEL ?? "amazon.nova-pro-v1:0";
  const seconds = env.AI_TIMEOUT_SECONDS;
  return modelAuthor(
    {
      maker: "amazon-bedrock",
      seconds,
      text: bedrock(text),
      vision: bedrock(env.AI_VISION_MODEL ?? text),
      image: {
        model: bedrock.image(env.AI_IMAGE_MODEL ?? "amazon.nova-canvas-v1:0"),
        size: env.AI_IMAGE_SIZE ?? "1280x720",
      },
      speak: pollyVoice({ voice: env.AI_VOICE ?? "Ivy", seconds }),
    },
    offlineAuthor,
  );
}

async function compatible(env: AuthorEnvironment): Promise<Author> {
  const [{ createOpenAICompatible }, { modelAuthor }, { speechEndpoint }] = await Promise.all([
    import("@ai-sdk/openai-compatible"),
    import("./model-author.js"),
    import("./speech-endpoint.js"),
  ]);
  const baseURL = env.AI_BASE_URL as string;
  const text = env.AI_TEXT_MODEL as string;
  const provider = createOpenAICompatible({
    name: "openai-compatible",
    baseURL,
    ...(env.AI_API_KEY && { apiKey: env.AI_API_KEY }),
  });
  const speech = env.AI_SPEECH_MODEL && {
    baseUrl: baseURL,
    apiKey: env.AI_API_KEY ?? null,
    model: env.AI_SPEECH_MODEL,
    voice: env.AI_VOICE ?? "alloy",
    seconds: env.AI_TIMEOUT_SECONDS,
  };
  return modelAuthor(
    {
      maker: "openai-compatible",
      seconds: env.AI_TIMEOUT_SECONDS,
      text: provider(text),
      vision: provider(env.AI_VISION_MODEL ?? text),
      image: env.AI_IMAGE_MODEL
        ? { model: provider.imageModel(env.AI_IMAGE_MODEL), size: env.AI_IMAGE_SIZE ?? "1024x1024" }
        : null,
      speak: speech ? speechEndpoint(speech) : null,
    },
    offlineAuthor,
  );
}

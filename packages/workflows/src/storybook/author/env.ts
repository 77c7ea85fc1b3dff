import { stepEnvironment } from "@longhaul/kit/step";
import { z } from "zod";

const optional = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .optional();

const schema = z
  .object({
    /** Who makes books: this machine alone, Amazon's models, or any endpoint that speaks OpenAI's protocol. */
    AI_PROVIDER: z.enum(["offline", "amazon-bedrock", "openai-compatible"]).default("offline"),
    /** With its version, e.g. http://127.0.0.1:11434/v1 for Ollama. */
    AI_BASE_URL: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ""))
      .optional(),
    AI_API_KEY: optional,
    AI_TEXT_MODEL: optional,
    /** A model that sees; the text model unless said. */
    AI_VISION_MODEL: optional,
    AI_IMAGE_MODEL: optional,
    AI_IMAGE_SIZE: z
      .templateLiteral([z.number().int().positive(), "x", z.number().int().positive()])
      .optional(),
    AI_SPEECH_MODEL: optional,
    AI_VOICE: optional,
    AI_TIMEOUT_SECONDS: z.coerce.number().min(1).max(800).default(120),
  })
  .refine((env) => env.AI_PROVIDER !== "openai-compatible" || (env.AI_BASE_URL && env.AI_TEXT_MODEL), {
    message: "AI_PROVIDER=openai-compatible needs AI_BASE_URL and AI_TEXT_MODEL.",
  });
export type AuthorEnvironment = z.output<typeof schema>;

/** Which models make books. @throws as {@link stepEnvironment} */
export function authorEnv(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): AuthorEnvironment {
  return stepEnvironment(schema, variables);
}

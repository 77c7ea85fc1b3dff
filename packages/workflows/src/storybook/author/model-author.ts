import {
  generateImage,
  generateText,
  type ImageModel,
  type LanguageModel,
  parsePartialJson,
  streamText,
} from "ai";
import type { MadeBy } from "../result.js";
import { checkSafe } from "../writing/safety.js";
import { readAnswer, storyAnswer, visionAnswer } from "./answer.js";
import type { Author, WriteOrder } from "./author.js";
import { picturePrompt, storyPrompt, storySystem, visionPrompt } from "./prompts.js";
import { calling, invalidAnswer, refused } from "./problems.js";

export interface Models {
  readonly maker: Exclude<MadeBy["maker"], "offline" | "amazon-polly">;
  readonly vision: LanguageModel & { readonly modelId: string };
  readonly text: LanguageModel & { readonly modelId: string };
  readonly image: {
    readonly model: ImageModel & { readonly modelId: string };
    readonly size: `${number}x${number}`;
  } | null;
  readonly speak: Author["speak"] | null;
  /** How long a model may take for one answer. */
  readonly seconds: number;
}

const describing = "describe the drawing";
const writing = "write the story";
const drawing = "draw the picture";

/** An author who asks models; for what there is no model, `otherwise` does it. Tries are the step's affair. */
export function modelAuthor(models: Models, otherwise: Author): Author {
  const { maker, seconds } = models;
  const by = (model: { readonly modelId: string }): MadeBy => ({ maker, model: model.modelId, note: null });
  const { image, speak } = models;
  return {
    async describe({ png, analysis, signal }) {
      const { text, finishReason } = await calling({ what: describing, seconds, signal }, (abortSignal) =>
        generateText({
          model: models.vision,
          system: visionPrompt.system,
          messages: [
            {
              role: "user",
              content: [
                { type: "text", text: visionPrompt.user },
                { type: "image", image: png, mediaType: "image/png" },
              ],
            },
          ],
          maxOutputTokens: 1_500,
          maxRetries: 0,
          abortSignal,
        }),
      );
      checkFinish(finishReason, describing);
      const { summary, elements, mood } = readAnswer(visionAnswer, text, describing);
      checkSafe(summary);
      return {
        summary,
        elements: elements.map((element) => ({ ...element, guess: null })),
        mood: mood ?? analysis.description.mood,
        colours: analysis.description.colours,
        madeBy: by(models.vision),
      };
    },

    async write(order) {
      const text = await calling({ what: writing, seconds, signal: order.signal }, (signal) =>
        streamed(models.text, order, signal),
      );
      const story = readAnswer(storyAnswer(order.pages), text, writing);
      checkSafe(
        `${story.title}\n${story.pages.map((page) => `${page.text}\n${page.illustration}`).join("\n")}`,
      );
      return { ...story, madeBy: by(models.text) };
    },

    draw: image
      ? async ({ page, drawn, mood, colours, signal }) => {
          const prompt = picturePrompt(
            page,
            drawn,
            mood,
            colours.map(({ name }) => name),
          );
          const made = await calling({ what: drawing, seconds, signal }, (abortSignal) =>
            generateImage({ model: image.model, prompt, size: image.size, maxRetries: 0, abortSignal }),
          );
          return { picture: made.image.uint8Array, madeBy: by(image.model) };
        }
      : otherwise.draw,

    speak: speak ?? otherwise.speak,
  };
}

/** Streams the story's JSON in, hands its prose on as it grows, and gives the whole. */
async function streamed(model: LanguageModel, order: WriteOrder, abortSignal: AbortSignal): Promise<string> {
  const { fullStream } = streamText({
    model,
    system: storySystem,
    prompt: storyPrompt(order.childName, order.pages, order.seen),
    maxOutputTokens: 4_000,
    maxRetries: 0,
    abortSignal,
    // Errors come through the stream too; by default they are printed as well.
    onError: () => {},
  });
  let text = "";
  let told = "";
  for await (const part of fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "abort") abortSignal.throwIfAborted();
    if (part.type === "finish") checkFinish(part.finishReason, writing);
    if (part.type !== "text-delta") continue;
    text += part.text;
    const prose = proseOf((await parsePartialJson(text)).value);
    if (prose.length <= told.length || !prose.startsWith(told)) continue;
    checkSafe(prose);
    order.onText(prose.slice(told.length));
    told = prose;
  }
  return text;
}

function checkFinish(reason: string, what: string): void {
  if (reason === "content-filter") throw refused(what);
  if (reason === "length") throw invalidAnswer(what, "The answer was cut off.");
}

/** Title and pages of a story that may not be whole yet. */
function proseOf(value: unknown): string {
  const { title, pages } = (value ?? {}) as { title?: unknown; pages?: unknown };
  const texts = Array.isArray(pages)
    ? pages.map((page: unknown) => (page as { text?: unknown } | null)?.text)
    : [];
  return [title, ...texts].filter((part) => typeof part === "string").join("\n\n");
}

import { generateText, type LanguageModel, streamText } from "ai";
import { z } from "zod";
import { readAnswer } from "../../storybook/author/answer.js";
import { calling, invalidAnswer, isCut, refused, soundsRefused } from "../../storybook/author/problems.js";
import { maxTurnLength, type MadeBy, type Usage } from "../result.js";
import { allowed } from "../state.js";
import { costOf } from "./prices.js";
import { speakerPrompt, summaryPrompt } from "./prompts.js";
import type { SpeakOrder, Spoken, Voice } from "./voice.js";

export interface ModelVoiceOptions {
  readonly maker: Exclude<MadeBy["maker"], "offline">;
  readonly model: LanguageModel & { readonly modelId: string };
  /** How long a model may take for one answer. */
  readonly seconds: number;
}

const speaking = "speak";
const summing = "sum up the talk";
const remedy = "Change the topic or the positions.";
const point = z.string().trim().min(1).max(800);
/** Whoever counts badly is not asked again for a whole talk. */
const points = z
  .array(point)
  .default([])
  .transform((all) => all.slice(0, 8));
const summaryAnswer = z.object({
  summary: z.string().trim().min(1).max(4_000),
  agreements: points,
  disagreements: points,
});

/** Every turn is a call of the model, which hears what was said. Tries are the step's affair. */
export function modelVoice({ maker, model, seconds }: ModelVoiceOptions): Voice {
  const { modelId } = model;
  const madeBy: MadeBy = { maker, model: modelId, note: null };
  return {
    async speak(order) {
      const { signal } = order;
      const { text, usage } = await calling({ what: speaking, seconds, signal }, (abortSignal) =>
        streamed(model, order, abortSignal),
      );
      return { ...spokenOf(text, order), stance: null, usage: priced(modelId, usage), madeBy };
    },
    async sumUp(order) {
      const { system, prompt } = summaryPrompt(order);
      const { text, finishReason, totalUsage } = await calling(
        { what: summing, seconds, signal: order.signal },
        (abortSignal) =>
          generateText({ model, system, prompt, maxOutputTokens: 1_500, maxRetries: 0, abortSignal }),
      );
      checkFinish(finishReason, summing);
      return {
        ...readAnswer(summaryAnswer, text, summing, remedy),
        usage: priced(modelId, totalUsage),
        madeBy,
      };
    },
  };
}

interface Counted {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

function priced(model: string, { inputTokens = 0, outputTokens = 0 }: Counted): Usage {
  const tokens = { inputTokens, outputTokens };
  return { ...tokens, costUsd: costOf(model, tokens) };
}

async function streamed(model: LanguageModel, order: SpeakOrder, abortSignal: AbortSignal) {
  const { system, prompt } = speakerPrompt(order);
  const { fullStream } = streamText({
    model,
    system,
    prompt,
    maxOutputTokens: 500,
    maxRetries: 0,
    abortSignal,
    // Errors come through the stream too; by default they are printed as well.
    onError: () => {},
  });
  let text = "";
  let shown = "";
  let usage: Counted = { inputTokens: 0, outputTokens: 0 };
  for await (const part of fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "abort") abortSignal.throwIfAborted();
    if (part.type === "finish") {
      checkFinish(part.finishReason, speaking);
      if (isCut(part)) throw invalidAnswer(speaking, "The answer broke off.");
      usage = part.totalUsage;
    }
    if (part.type !== "text-delta") continue;
    text += part.text;
    const words = spokenPart(text);
    if (words.length > shown.length) {
      order.onText(words.slice(shown.length));
      shown = words;
    }
  }
  return { text, usage };
}

const actionLine = /^\s*\**ACTION:?\**\s*(.+?)\s*[:=]?\s*([+−-]?\d[\d,]*(?:\.\d+)?)\**\s*$/im;

/** A comma parts thousands where three digits follow each, and is the decimal mark of a language elsewhere: -1,5 is no -15. */
function numberOf(text: string): number {
  const thousands = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(text);
  return Number(thousands ? text.replaceAll(",", "") : text.replace(",", "."));
}

/** Without the line that says what is done, also while that is being written. */
function spokenPart(text: string): string {
  const lines = text.split("\n");
  const last = lines.at(-1)?.trimStart().replace(/^\*+/, "").toUpperCase() ?? "";
  const begun = last === "" || "ACTION:".startsWith(last) || last.startsWith("ACTION");
  return (begun ? lines.slice(0, -1) : lines).filter((line) => !/^\s*\**ACTION/i.test(line)).join("\n");
}

function spokenOf(answer: string, order: SpeakOrder): Pick<Spoken, "text" | "action"> {
  const own = order.speaker?.name;
  const withoutName =
    own && answer.trimStart().startsWith(`${own}:`) ? answer.trimStart().slice(own.length + 1) : answer;
  const text = withoutName
    .split("\n")
    .filter((line) => !/^\s*\**ACTION/i.test(line))
    .join("\n")
    .trim();
  if (soundsRefused(text))
    throw refused("speak for this agent", answer.slice(0, 500), "Change its position or the topic.");
  if (text === "") throw invalidAnswer(speaking, "The answer was empty.");
  const kept = text.length <= maxTurnLength ? text : `${text.slice(0, maxTurnLength - 10)}...`;
  if (order.format !== "simulation") return { text: kept, action: null };
  const [, quantity = "", change = ""] = actionLine.exec(answer) ?? [];
  const wanted = { quantity, change: numberOf(change.replace("−", "-")) };
  const action = quantity === "" ? null : allowed(wanted, order.quantities, order.values);
  if (action === null) throw invalidAnswer(speaking, `No action that can be done: ${answer.slice(-200)}`);
  return { text: kept, action };
}

function checkFinish(reason: string, what: string): void {
  if (reason === "content-filter") throw refused("go on", undefined, remedy);
  if (reason === "length") throw invalidAnswer(what, "The answer was cut off.");
}

import { isFinal, type Run, type RunStep } from "@longhaul/kit";
import {
  type NarrationResult,
  narrationResultSchema,
  type PictureResult,
  pictureResultSchema,
  type StoryResult,
  storyResultSchema,
  type VideoResult,
  videoResultSchema,
  type VisionResult,
  visionResultSchema,
} from "@longhaul/workflows/contracts";
import { z } from "zod";

/** A part of the book on its way. "missing": the run has ended without it. */
export type Part<T> =
  | { readonly state: "waiting" }
  | { readonly state: "making"; readonly fraction: number; readonly message: string | null }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "missing" };

export interface Book {
  readonly vision: Part<VisionResult>;
  readonly story: Part<StoryResult>;
  /** One for each page of the story, or of what was ordered while there is no story. */
  readonly pictures: readonly Part<PictureResult>[];
  readonly narration: readonly Part<NarrationResult>[];
  readonly video: Part<VideoResult>;
}

const reviewSchema = z.object({ decision: storyResultSchema });

interface Parser<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** The book as far as it is: each part from the checkpoint of the step that makes it. */
export function bookOf(run: Pick<Run, "status" | "input">, steps: readonly RunStep[]): Book {
  const ended = isFinal(run.status);
  const part = <T>(name: string, schema: Parser<T>, itemPath = ""): Part<T> => {
    const step = steps.findLast((one) => one.step === name && one.itemPath === itemPath);
    return partOf(step, schema, ended);
  };
  const story = asReviewed(part("Story", storyResultSchema), steps);
  const pages = story.state === "ready" ? story.value.pages.length : orderedPages(run.input);
  const each = <T>(name: string, schema: Parser<T>) =>
    Array.from({ length: pages }, (_, index) => part(name, schema, String(index)));
  return {
    vision: part("Vision", visionResultSchema),
    story,
    pictures: each("DrawPage", pictureResultSchema),
    narration: each("RecordPage", narrationResultSchema),
    video: part("Video", videoResultSchema),
  };
}

/** The story as whoever read it before it was drawn has left it. */
function asReviewed(story: Part<StoryResult>, steps: readonly RunStep[]): Part<StoryResult> {
  const review = steps.findLast(({ step, status }) => step === "ReviewStory" && status === "succeeded");
  const read = reviewSchema.safeParse(review?.output);
  return story.state === "ready" && read.success ? { state: "ready", value: read.data.decision } : story;
}

function partOf<T>(step: RunStep | undefined, schema: Parser<T>, ended: boolean): Part<T> {
  if (step?.status === "failed") {
    return { state: "failed", message: step.error?.message ?? "This part could not be made." };
  }
  if (step?.status === "succeeded") {
    const parsed = schema.safeParse(step.output);
    if (parsed.success) return { state: "ready", value: parsed.data };
    return { state: "failed", message: "This part is not in a form that this page can show." };
  }
  if (ended) return { state: "missing" };
  if (!step) return { state: "waiting" };
  return { state: "making", fraction: step.progress, message: step.message };
}

const defaultPages = 6;

function orderedPages(input: unknown): number {
  const pages = input && typeof input === "object" ? (input as { pages?: unknown }).pages : undefined;
  return typeof pages === "number" ? pages : defaultPages;
}

/** The parts of a stage taken together: ready when all are, failed when one is. */
export function whole(parts: readonly Part<unknown>[]): Part<unknown>["state"] {
  const has = (state: Part<unknown>["state"]) => parts.some((part) => part.state === state);
  if (has("failed")) return "failed";
  if (has("making")) return "making";
  if (has("waiting")) return has("ready") ? "making" : "waiting";
  return has("missing") ? "missing" : "ready";
}

import type { Artifact, Run, RunStep, StageState } from "@longhaul/kit";
import { z } from "zod";

/** What the old pipeline called our stages, in its order. */
const stageNames: Readonly<Record<string, string>> = {
  vision: "vision",
  story: "story",
  images: "images",
  voice: "audio",
  video: "video",
};

const currentStageSchema = z.enum([
  "vision",
  "vision_complete",
  "story",
  "story_complete",
  "images",
  "images_complete",
  "audio",
  "audio_complete",
  "video",
  "video_complete",
]);

const url = z.string().nullable();

export const storyStatusSchema = z
  .object({
    user_id: z.uuid(),
    run_id: z.string(),
    status: z.enum(["processing", "complete", "error"]),
    current_stage: currentStageSchema,
    error: z.string().nullable(),
    drawing_analysis: z.json().meta({ description: "From vision_complete on." }),
    story_script: z.json().meta({ description: "From story_complete on." }),
    images: z.array(z.object({ page: z.int(), url })),
    audio: z.array(z.object({ page: z.int(), url, seconds: z.number() })),
    video: z.object({ url, subtitles_url: url, poster_url: url, seconds: z.number() }).nullable(),
    updated_at: z.iso.datetime(),
    ttl: z.int().nullable().meta({ description: "Seconds since 1970; null while it is under way." }),
  })
  .meta({ id: "StoryJob", title: "Status of a story job" });
export type StoryStatus = z.output<typeof storyStatusSchema>;

interface Known {
  run: Run;
  steps: readonly RunStep[];
  artifacts: readonly Pick<Artifact, "createdAt">[];
}

/** The ids of the files whose links {@link toStoryStatus} shows. */
export function filesOf({ steps }: Pick<Known, "steps">): string[] {
  const ids = ["artifactId", "subtitlesArtifactId", "posterArtifactId"] as const;
  return [
    ...outputsOf(steps, "DrawPage"),
    ...outputsOf(steps, "RecordPage"),
    ...outputsOf(steps, "Video"),
  ].flatMap(({ output }) =>
    ids.flatMap((field) => (typeof output[field] === "string" ? [output[field]] : [])),
  );
}

/**
 * A run of storybook or of one of its parts as the old pipeline's status told it.
 *
 * @param runId as the client calls it: its own, or ours.
 * @param urls links to files by id.
 */
export function toStoryStatus(
  known: Known,
  runId: string,
  userId: string,
  urls: Readonly<Record<string, string>>,
): StoryStatus {
  const { run, steps } = known;
  const link = (id: unknown) => (typeof id === "string" && urls[id]) || null;
  const film = outputsOf(steps, "Video").at(-1)?.output;
  const seconds = ({ seconds: length }: Output) => Number(length ?? 0);
  return {
    user_id: userId,
    run_id: runId,
    status: statusOf(run),
    current_stage: currentStage(run.stages),
    error: errorOf(run),
    drawing_analysis: outputsOf(steps, "Vision").at(-1)?.output ?? null,
    story_script: outputsOf(steps, "Story").at(-1)?.output ?? null,
    images: outputsOf(steps, "DrawPage").map(({ page, output }) => ({
      page,
      url: link(output["artifactId"]),
    })),
    audio: outputsOf(steps, "RecordPage").map(({ page, output }) => ({
      page,
      url: link(output["artifactId"]),
      seconds: seconds(output),
    })),
    video: film
      ? {
          url: link(film["artifactId"]),
          subtitles_url: link(film["subtitlesArtifactId"]),
          poster_url: link(film["posterArtifactId"]),
          seconds: seconds(film),
        }
      : null,
    updated_at: lastChange(known),
    ttl: run.expiresAt === null ? null : Math.floor(Date.parse(run.expiresAt) / 1000),
  };
}

type Output = { [field: string]: z.output<ReturnType<typeof z.json>> };

/** What a step has given, for each page where there are pages: those are numbered from 1. */
function outputsOf(steps: readonly RunStep[], name: string): { page: number; output: Output }[] {
  return steps
    .filter(({ step, status }) => step === name && status === "succeeded")
    .flatMap(({ itemPath, output }) => {
      const page = Number(/(\d+)$/.exec(itemPath)?.[1] ?? 0) + 1;
      const isObject = typeof output === "object" && output !== null && !Array.isArray(output);
      return isObject ? [{ page, output: output }] : [];
    })
    .sort((one, other) => one.page - other.page);
}

function statusOf({ status }: Run): StoryStatus["status"] {
  if (status === "succeeded") return "complete";
  return status === "failed" || status === "timed_out" || status === "cancelled" ? "error" : "processing";
}

/** The last stage that has begun; "_complete" once it is done. */
function currentStage(stages: readonly StageState[]): StoryStatus["current_stage"] {
  const begun = stages.filter(({ status, key }) => status !== "pending" && stageNames[key]);
  const last = begun.at(-1);
  if (!last) return currentStageSchema.parse(stageNames[stages[0]?.key ?? ""] ?? "vision");
  const name = stageNames[last.key] as string;
  return currentStageSchema.parse(last.status === "done" ? `${name}_complete` : name);
}

function errorOf(run: Run): string | null {
  if (run.status === "failed" || run.status === "timed_out") return run.error.message;
  return run.status === "cancelled" ? "The job was cancelled." : null;
}

function lastChange({ run, steps, artifacts }: Known): string {
  const times = [
    ...[run.createdAt, run.startedAt, run.finishedAt, run.cancelRequestedAt],
    ...steps.flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt]),
    ...artifacts.map(({ createdAt }) => createdAt),
  ];
  // ISO 8601 in UTC with as many digits each: text sorts as time does.
  return times
    .filter((time) => time !== null)
    .sort()
    .at(-1) as string;
}

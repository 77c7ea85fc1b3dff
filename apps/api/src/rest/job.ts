import {
  type Artifact,
  artifactSchema,
  prioritySchema,
  type Run,
  runErrorSchema,
  stageStateSchema,
} from "@longhaul/kit";
import { z } from "zod";

export const jobIdSchema = z.object({
  jobId: z.uuid("This is not the id of a job.").meta({ description: "What the start answered." }),
});

const statuses = [
  "queued",
  "running",
  "waiting",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
  "timed_out",
] as const satisfies readonly Run["status"][];
export const statusSchema = z.enum(statuses);

const time = z.iso.datetime().meta({ description: "ISO 8601 in UTC." });

/** A run as clients see it that know nothing of runs: flat, and with every field always there. */
export const jobSchema = z
  .object({
    jobId: z.uuid(),
    workflow: z.string(),
    name: z.string(),
    status: statusSchema,
    reason: z.string().nullable().meta({ description: "Why it is queued, or what it waits for." }),
    progress: z.number().min(0).max(1).meta({ description: "0 to 1." }),
    stage: z.string().nullable().meta({ description: "What is being done, for people." }),
    stages: z.array(stageStateSchema),
    attempt: z.int(),
    output: z.json().meta({ description: "Of a job that has succeeded; null before." }),
    error: runErrorSchema.nullable().meta({ description: "Of a job that failed or took too long." }),
    priority: prioritySchema,
    tags: z.array(z.string()),
    createdBy: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    correlationId: z.string(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    expiresAt: time.nullable().meta({ description: "When it is deleted with all its files." }),
  })
  .meta({ id: "Job", title: "Job" });
export type Job = z.output<typeof jobSchema>;

export function toJob(run: Run): Job {
  const { id, workflow, name, status, progress, stages, attempt, priority, tags, createdBy } = run;
  const { correlationId, createdAt, startedAt, finishedAt, expiresAt } = run;
  return {
    jobId: id,
    ...{ workflow, name, status, reason: reasonOf(run), progress },
    stage: stages.find((stage) => stage.status === "running")?.label ?? null,
    ...{ stages, attempt },
    output: run.status === "succeeded" ? run.output : null,
    error: run.status === "failed" || run.status === "timed_out" ? run.error : null,
    ...{ priority, tags, createdBy, correlationId, createdAt, startedAt, finishedAt, expiresAt },
  };
}

function reasonOf(run: Run): string | null {
  if (run.status === "queued") return run.reason;
  return run.status === "waiting" ? run.waitingFor : null;
}

export const fileSchema = z
  .object({
    fileId: z.uuid(),
    name: z.string(),
    contentType: z.string(),
    size: artifactSchema.shape.size,
    kind: artifactSchema.shape.kind,
    step: z.string().nullable().meta({ description: "The step that wrote it; null for an upload." }),
    createdAt: time,
  })
  .meta({ id: "File", title: "File" });

export function toFile({
  id,
  name,
  contentType,
  size,
  kind,
  step,
  createdAt,
}: Artifact): z.output<typeof fileSchema> {
  return { fileId: id, name, contentType, size, kind, step, createdAt };
}

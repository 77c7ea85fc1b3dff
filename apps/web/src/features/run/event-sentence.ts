import type { RunEvent } from "@longhaul/kit";
import { formatBytes, formatProgress, humanize } from "../../lib/format.js";

/** An event as one line for a person. */
export function eventSentence(event: RunEvent): string {
  const { data, type } = event;
  const text = (key: string): string => (typeof data[key] === "string" ? data[key] : "");
  const step = event.step ?? "A step";
  switch (type) {
    case "run.queued":
      return joined("Queued", text("reason"));
    case "run.started":
      return "The run has started";
    case "run.repaired":
      return joined("Repaired", text("repair"));
    case "run.failed":
    case "run.timed_out":
      return joined(
        type === "run.failed" ? "The run has failed" : "The run took too long",
        errorMessage(data),
      );
    case "run.succeeded":
      return "The run has succeeded";
    case "run.cancelling":
      return "Cancelling was asked for";
    case "run.cancelled":
      return "The run was cancelled";
    case "step.started":
      return `${step} started${tryOf(data)}`;
    case "step.progress":
      return joined(`${step} ${formatProgress(Number(data["fraction"] ?? 0))}`, text("message"));
    case "step.log":
      return joined(step, text("message"));
    case "step.retrying":
      return joined(`${step} is tried again`, errorMessage(data));
    case "step.succeeded":
      return `${step} succeeded${tryOf(data)}`;
    case "step.failed":
      return joined(`${step} failed`, errorMessage(data));
    case "artifact.created":
      return `File ${text("name")} was written (${formatBytes(Number(data["size"] ?? 0))})`;
    default:
      return humanize(type.replace(".", " "));
  }
}

function joined(head: string, tail: string): string {
  return tail ? `${head}: ${tail}` : head;
}

function tryOf(data: RunEvent["data"]): string {
  const number = data["try"];
  return typeof number === "number" && number > 1 ? ` (try ${number})` : "";
}

function errorMessage(data: RunEvent["data"]): string {
  const { error } = data;
  if (!error || typeof error !== "object" || Array.isArray(error)) return "";
  return typeof error["message"] === "string" ? error["message"] : "";
}

export type EventGroup = "run" | "step" | "progress" | "log" | "problem";

/** Which filter of the event list an event belongs to. */
export function groupOf({ type, data }: RunEvent): EventGroup {
  if (/failed|timed_out|retrying|repaired/.test(type)) return "problem";
  if (type === "step.progress") return "progress";
  if (type === "step.log") return data["level"] === "error" || data["level"] === "warn" ? "problem" : "log";
  return type.startsWith("run.") ? "run" : "step";
}

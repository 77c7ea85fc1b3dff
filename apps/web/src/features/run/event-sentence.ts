import type { RunEvent } from "@longhaul/kit";
import { formatBytes, formatClock, formatDay, formatProgress, humanize } from "../../lib/format.js";

/** An event as one line for a person. */
export function eventSentence(event: RunEvent): string {
  const { data, type } = event;
  const text = (key: string): string => (typeof data[key] === "string" ? data[key] : "");
  const step = event.step ?? "A step";
  switch (type) {
    case "run.queued":
      return joined("Queued", text("reason"));
    case "run.started":
      return data["resumed"] === true ? "The run goes on" : "The run has started";
    case "run.retried":
      return `The run is tried again (attempt ${event.attempt})`;
    case "run.waiting":
      return joined("The run waits", text("waitingFor"));
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
      return joined(`${step}${levels[text("level")] ?? ""}`, text("message"));
    case "step.retrying":
      return joined(`${step} is tried again${retryTime(event)}`, errorMessage(data));
    case "step.succeeded":
      return `${step} succeeded${tryOf(data)}`;
    case "step.failed":
      return joined(`${step} failed`, errorMessage(data));
    case "artifact.created":
      return `File ${text("name")} was written (${formatBytes(Number(data["size"] ?? 0))})`;
    case "approval.requested":
      return joined("A decision is asked for", text("title"));
    case "approval.decided":
      return joined(`Decided ${decider(data)}`, text("title"));
    case "compensation.started":
      return `${text("undoes")} is being taken back by ${step}${tryOf(data)}`;
    case "compensation.done":
      return `${text("undoes")} was taken back by ${step}`;
    default:
      // A newer server may know more.
      return humanize(String(type).replace(".", " "));
  }
}

/** What a log line's colour says, in words. */
const levels: Partial<Record<string, string>> = { warn: ", warning", error: ", error" };

function joined(head: string, tail: string): string {
  return tail ? `${head}: ${tail}` : head;
}

function tryOf(data: RunEvent["data"]): string {
  const number = data["try"];
  return typeof number === "number" && number > 1 ? ` (try ${number})` : "";
}

/** When the next try comes: its day, too, where it is another than the event's. */
function retryTime({ at, data }: RunEvent): string {
  const retryAt = Date.parse(typeof data["retryAt"] === "string" ? data["retryAt"] : "");
  if (Number.isNaN(retryAt)) return "";
  const day = formatDay(retryAt);
  return ` ${day === formatDay(Date.parse(at)) ? "at" : `on ${day}, at`} ${formatClock(retryAt)}`;
}

function decider(data: RunEvent["data"]): string {
  if (data["byDefault"] === true) return "by default, since nobody did in time";
  const { by } = data;
  const name = by && typeof by === "object" && !Array.isArray(by) ? by["name"] : null;
  return `by ${typeof name === "string" ? name : "a former member"}`;
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

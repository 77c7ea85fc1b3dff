// Names of the history's events. Made once: what is put together for each event anew is slow to look anything up by.

import type { Resource, State } from "./machine.js";

const TYPES = ["Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"] as const;

/** `TaskStateEntered` and the like, by the state's type. */
export const ENTERED = named((type) => `${type}StateEntered`);
export const EXITED = named((type) => `${type}StateExited`);

function named(name: (type: State["type"]) => string): Record<State["type"], string> {
  return Object.fromEntries(TYPES.map((type) => [type, name(type)])) as Record<State["type"], string>;
}

const SUFFIXES = [
  "Scheduled",
  "ScheduleFailed",
  "Started",
  "Submitted",
  "Succeeded",
  "Failed",
  "TimedOut",
] as const;
type TaskEvents = Record<(typeof SUFFIXES)[number], string>;

/** `LambdaFunctionScheduled` and the like, by what is called. */
export const TASK_EVENTS: Record<Resource["kind"], TaskEvents> = {
  function: taskEvents("LambdaFunction"),
  activity: taskEvents("Activity"),
  service: taskEvents("Task"),
};

function taskEvents(prefix: string): TaskEvents {
  return Object.fromEntries(SUFFIXES.map((suffix) => [suffix, `${prefix}${suffix}`])) as TaskEvents;
}

/** What an event is to the state of its execution. */
export type EventKind = "entered" | "exited" | "answer" | "end" | "other";

const KINDS = new Map<string, EventKind>();

/** What an event of a type is to the state of its execution. `answer`: it ends what its branch waited for. */
export function kindOf(type: string): EventKind {
  const known = KINDS.get(type);
  if (known !== undefined) return known;
  const kind = judge(type);
  // There are only so many types; a damaged log may hold any.
  if (KINDS.size < 1_000) KINDS.set(type, kind);
  return kind;
}

function judge(type: string): EventKind {
  if (/^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/.test(type)) return "end";
  if (type.endsWith("StateEntered")) return "entered";
  if (type.endsWith("StateExited")) return "exited";
  return /(?:Succeeded|Failed|TimedOut)$/.test(type) ? "answer" : "other";
}

import type { Run, RunStatus } from "@longhaul/kit";
import {
  AlarmClockOff,
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleX,
  type LucideIcon,
  OctagonPause,
} from "lucide-react";
import { cn } from "../../lib/cn.js";

export type Tone = "accent" | "good" | "bad" | "warn" | "idle";

interface Face {
  word: string;
  Icon: LucideIcon;
  tone: Tone;
}

const faces: Record<RunStatus, Face> = {
  queued: { word: "Queued", Icon: CircleDashed, tone: "idle" },
  running: { word: "Running", Icon: CirclePlay, tone: "accent" },
  waiting: { word: "Waiting", Icon: CirclePause, tone: "warn" },
  cancelling: { word: "Cancelling", Icon: OctagonPause, tone: "warn" },
  succeeded: { word: "Succeeded", Icon: CircleCheck, tone: "good" },
  failed: { word: "Failed", Icon: CircleX, tone: "bad" },
  cancelled: { word: "Cancelled", Icon: Ban, tone: "idle" },
  timed_out: { word: "Timed out", Icon: AlarmClockOff, tone: "bad" },
};

const badge: Record<Tone, string> = {
  accent: "bg-accent-soft text-accent",
  good: "bg-good-soft text-good",
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  idle: "bg-idle-soft text-idle",
};

/** A status as icon and word. */
export function StatusBadge({ status, className }: { status: RunStatus; className?: string }) {
  const { word, Icon, tone } = faces[status];
  return (
    <span
      data-status={status}
      className={cn(
        "inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full px-2 text-sm font-medium whitespace-nowrap",
        badge[tone],
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {word}
    </span>
  );
}

/** Why the run is in its status, where that says more than the word; null otherwise. */
export function reasonOf(run: Run): string | null {
  switch (run.status) {
    case "queued":
      return run.reason;
    case "waiting":
      return run.waitingFor;
    case "failed":
    case "timed_out":
      return run.error.message;
    default:
      return null;
  }
}

import type { StageState } from "@longhaul/kit";
import { Circle, CircleCheck, CirclePlay, CircleX, type LucideIcon } from "lucide-react";
import { cn } from "../../lib/cn.js";
import { formatProgress } from "../../lib/format.js";

const faces: Record<StageState["status"], { word: string; Icon: LucideIcon; ink: string; fill: string }> = {
  pending: { word: "not started", Icon: Circle, ink: "text-ink-soft", fill: "bg-accent" },
  running: { word: "running", Icon: CirclePlay, ink: "text-accent", fill: "bg-accent" },
  done: { word: "done", Icon: CircleCheck, ink: "text-good", fill: "bg-good" },
  failed: { word: "failed", Icon: CircleX, ink: "text-bad", fill: "bg-bad" },
};

/** The stages in their order, each filling as it goes. */
export function StageLine({ stages }: { stages: readonly StageState[] }) {
  return (
    <ol aria-label="Stages" className="mb-4 grid gap-x-4 gap-y-3 sm:auto-cols-fr sm:grid-flow-col">
      {stages.map((stage) => (
        <Stage key={stage.key} stage={stage} />
      ))}
    </ol>
  );
}

function Stage({ stage }: { stage: StageState }) {
  const { word, Icon, ink, fill } = faces[stage.status];
  const filled = stage.status === "done" ? 1 : stage.fraction;
  return (
    <li data-stage={stage.key} data-stage-status={stage.status} className="grid min-w-0 content-start gap-1">
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-idle-soft">
        <div
          className={cn("h-full origin-left rounded-full transition-transform duration-200", fill)}
          style={{ transform: `scaleX(${filled})` }}
        />
      </div>
      <p className="flex items-center gap-1.5">
        <Icon aria-hidden className={cn("size-4 shrink-0", ink)} />
        <span className={cn("min-w-0", stage.status === "pending" ? "text-ink-soft" : "font-medium")}>
          {stage.label}
        </span>
        <span className="sr-only">, {word}</span>
        {stage.status === "running" && (
          <span className="ml-auto text-ink-soft tabular-nums">{formatProgress(stage.fraction)}</span>
        )}
      </p>
      {stage.message && stage.status === "running" && (
        <p className="text-sm text-ink-soft tabular-nums">{stage.message}</p>
      )}
    </li>
  );
}

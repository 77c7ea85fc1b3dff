import type { StageState } from "@longhaul/kit";
import { Ban, Circle, CircleCheck, CirclePlay, CircleX, type LucideIcon } from "lucide-react";
import { cn } from "../../lib/cn.js";
import { formatProgress, settled } from "../../lib/format.js";

interface Face {
  word: string;
  Icon: LucideIcon;
  ink: string;
  fill: string;
}

const faces: Record<StageState["status"], Face> = {
  pending: { word: "not started", Icon: Circle, ink: "text-ink-soft", fill: "bg-accent" },
  running: { word: "running", Icon: CirclePlay, ink: "text-accent", fill: "bg-accent" },
  done: { word: "done", Icon: CircleCheck, ink: "text-good", fill: "bg-good" },
  failed: { word: "failed", Icon: CircleX, ink: "text-bad", fill: "bg-bad" },
};

/** A stage that a cancelled run left unfinished has not failed. */
const stopped: Face = { word: "stopped", Icon: Ban, ink: "text-idle", fill: "bg-line-strong" };

interface StageLineProps {
  stages: readonly StageState[];
  cancelled?: boolean;
}

/** The stages in their order, each filling as it goes. */
export function StageLine({ stages, cancelled = false }: StageLineProps) {
  return (
    <ol aria-label="Stages" className="mb-4 grid gap-x-4 gap-y-3 @xl:auto-cols-fr @xl:grid-flow-col">
      {stages.map((stage) => (
        <Stage
          key={stage.key}
          stage={stage}
          face={cancelled && stage.status === "failed" ? stopped : faces[stage.status]}
        />
      ))}
    </ol>
  );
}

function Stage({ stage, face }: { stage: StageState; face: Face }) {
  const { word, Icon, ink, fill } = face;
  const filled = stage.status === "done" ? 1 : stage.fraction;
  return (
    <li data-stage={stage.key} data-stage-status={stage.status} className="grid min-w-0 content-start gap-1">
      <div aria-hidden className="forced-color-adjust-none h-1.5 overflow-hidden rounded-full bg-idle-soft">
        <div
          className={cn("h-full origin-left rounded-full transition-transform duration-200", fill)}
          style={{ transform: `scaleX(${filled})` }}
        />
      </div>
      <p className="flex items-center gap-1.5">
        <Icon aria-hidden className={cn("size-4 shrink-0", ink)} />
        <span className={cn("min-w-0", stage.status === "pending" ? "text-ink-soft" : "font-medium")}>
          {stage.status === "running" ? stage.label : settled(stage.label)}
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

import type { RunStep } from "@longhaul/kit";
import { ChevronRight, CircleCheck, CirclePlay, CircleX, type LucideIcon, RotateCw } from "lucide-react";
import { useState } from "react";
import { JsonView } from "../../components/ui/json-view.js";
import { TextView } from "../../components/ui/text-view.js";
import { Notice } from "../../components/ui/notice.js";
import { Duration, TimeAgo } from "../../components/ui/time.js";
import { cn } from "../../lib/cn.js";
import { formatProgress } from "../../lib/format.js";

/** How each state of a step is called and looks. */
export const stepFaces: Record<RunStep["status"], { word: string; Icon: LucideIcon; ink: string }> = {
  running: { word: "Running", Icon: CirclePlay, ink: "text-accent" },
  retrying: { word: "Trying again", Icon: RotateCw, ink: "text-warn" },
  succeeded: { word: "Succeeded", Icon: CircleCheck, ink: "text-good" },
  waiting: { word: "Waiting for a decision", Icon: CirclePlay, ink: "text-warn" },
  failed: { word: "Failed", Icon: CircleX, ink: "text-bad" },
  undone: { word: "Taken back", Icon: RotateCw, ink: "text-ink-soft" },
};

interface StepCardProps {
  step: RunStep;
  /** Whether it is unfolded at first; a failed one always is. */
  open?: boolean;
}

/** One checkpoint: what went in, what came out, how often it was tried. */
export function StepCard({ step, open: opened = false }: StepCardProps) {
  const [open, setOpen] = useState(opened || step.status === "failed");
  const { word, Icon, ink } = stepFaces[step.status];
  const done = step.status === "succeeded" || step.status === "failed";
  return (
    <li className="rounded-lg border bg-surface">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group">
        <summary className="flex list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-3 py-2.5 hover:bg-sunken/60 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            aria-hidden
            className="size-4 text-ink-soft transition-transform group-open:rotate-90"
          />
          <code className="font-mono font-medium">
            {step.step}
            {step.itemPath && ` [${step.itemPath}]`}
            {step.visit > 0 && ` #${step.visit + 1}`}
          </code>
          <span className={cn("inline-flex items-center gap-1.5 font-medium", ink)}>
            <Icon aria-hidden className="size-4" />
            {word}
          </span>
          {!done && <span className="tabular-nums">{formatProgress(step.progress)}</span>}
          <span className="ml-auto flex flex-wrap gap-x-3 text-sm text-ink-soft tabular-nums">
            {step.tries > 1 && <span>{step.tries} tries</span>}
            {step.copiedFrom && <span>Kept from an earlier run</span>}
            {step.undoes && <span>Takes back {step.undoes}</span>}
            <Duration from={step.startedAt} to={step.finishedAt} />
            <TimeAgo at={step.startedAt} />
          </span>
        </summary>
        {open && <StepBody step={step} />}
      </details>
    </li>
  );
}

function StepBody({ step }: { step: RunStep }) {
  return (
    <div className="@container grid gap-3 border-t p-3">
      {step.message && step.status !== "succeeded" && <p>{step.message}</p>}
      {step.error && (
        <Notice look="bad" title={step.error.message}>
          <code className="font-mono text-sm">{step.error.code}</code>
          {step.error.cause && (
            <div className="mt-1">
              <TextView text={step.error.cause} label={`Cause of ${step.step}`} />
            </div>
          )}
        </Notice>
      )}
      <div className="grid gap-3 @2xl:grid-cols-2">
        <div className="grid min-w-0 content-start gap-1">
          <h2 className="font-medium">Input</h2>
          <JsonView value={step.input} label={`Input of ${step.step}`} />
        </div>
        <div className="grid min-w-0 content-start gap-1">
          <h2 className="font-medium">Output</h2>
          {step.output === null ? (
            <p className="text-ink-soft">Nothing yet.</p>
          ) : (
            <JsonView value={step.output} label={`Output of ${step.step}`} />
          )}
        </div>
      </div>
    </div>
  );
}

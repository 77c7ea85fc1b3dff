import type { Run, StageState } from "@longhaul/kit";
import { Circle, CircleCheck, CirclePlay, CircleX, type LucideIcon, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { Panel } from "../../../components/ui/panel.js";
import { ProgressBar } from "../../../components/ui/progress-bar.js";
import { cn } from "../../../lib/cn.js";
import type { Part } from "../book.js";

type State = Part<unknown>["state"];

const faces: Record<State, { word: string; Icon: LucideIcon; ink: string }> = {
  waiting: { word: "Not started yet", Icon: Circle, ink: "text-ink-soft" },
  making: { word: "Being made", Icon: CirclePlay, ink: "text-accent" },
  ready: { word: "Ready", Icon: CircleCheck, ink: "text-good" },
  failed: { word: "Failed", Icon: CircleX, ink: "text-bad" },
  missing: { word: "Not made", Icon: Minus, ink: "text-ink-soft" },
};

interface StagePanelProps {
  title: string;
  stage: StageState | undefined;
  state: State;
  actions?: ReactNode;
  /** What there is to see already. */
  children?: ReactNode;
}

/** One stage of the book: what it has made, as soon as it is there. */
export function StagePanel({ title, stage, state, actions, children }: StagePanelProps) {
  const { word, Icon, ink } = faces[state];
  const making = state === "making" && stage;
  return (
    <Panel
      title={title}
      actions={
        <div className="flex flex-wrap items-center gap-3" data-part={stage?.key} data-part-state={state}>
          <span role="status" className={cn("inline-flex items-center gap-1.5 font-medium", ink)}>
            <Icon aria-hidden className="size-4" />
            {word}
          </span>
          {actions}
        </div>
      }
    >
      <div className="grid gap-4 empty:hidden">
        {making && (
          <div className="grid gap-1">
            <p className="text-sm text-ink-soft">{stage.message ?? stage.label}</p>
            <ProgressBar value={stage.fraction} label={stage.label} />
          </div>
        )}
        {(state === "waiting" || state === "missing") && <p className="text-ink-soft">{quietWords[state]}</p>}
        {children}
      </div>
    </Panel>
  );
}

const quietWords = {
  waiting: "This begins when the stage before it is done.",
  missing: "The run ended before this was made.",
};

export const stageOf = (run: Run, key: string): StageState | undefined =>
  run.stages.find((stage) => stage.key === key);

import type { Run, RunStep } from "@longhaul/kit";
import { type ComponentType, createElement, lazy, type ReactNode } from "react";

export interface ResultViewProps {
  /** The run's output as stored; a view checks it before it draws. */
  output: unknown;
}

export interface RunViewProps {
  run: Run;
  /** Its checkpoints as last read. */
  steps: readonly RunStep[];
}

/** Result pages made for reading, by workflow; each is fetched when it is needed. */
const views: Partial<Record<string, ComponentType<ResultViewProps>>> = {
  "data-import": lazy(async () => ({
    default: (await import("./data-import/import-result.js")).ImportResult,
  })),
  "query-run": lazy(async () => ({ default: (await import("../queries/query-result.js")).QueryResult })),
};

const talk = lazy(async () => ({ default: (await import("../agents/talk-view.js")).TalkView }));

const firstStages = lazy(async () => ({
  default: (await import("../storybook/first-stages-view.js")).FirstStagesView,
}));

/** Views that show what there is already while a run is still going on, and what is left of one that failed. */
const liveViews: Partial<Record<string, ComponentType<RunViewProps>>> = {
  storybook: lazy(async () => ({ default: (await import("../storybook/book-view.js")).BookView })),
  vision: firstStages,
  story: firstStages,
  "drawing-story": firstStages,
  panel: talk,
  discussion: talk,
  simulation: talk,
  campaign: lazy(async () => ({ default: (await import("../campaigns/campaign-view.js")).CampaignView })),
};

const generic = lazy(async () => ({ default: (await import("./generic-result.js")).GenericResult }));

/** The output of a run of `workflow`, in the view made for it or in the one for all others. */
export function ResultView({ workflow, output }: ResultViewProps & { workflow: string }): ReactNode {
  return createElement(views[workflow] ?? generic, { output });
}

export const hasLiveView = (workflow: string): boolean => liveViews[workflow] !== undefined;

/** A run in the view that its workflow has for runs on their way; nothing where it has none. */
export function LiveView(props: RunViewProps): ReactNode {
  const view = liveViews[props.run.workflow];
  return view ? createElement(view, props) : null;
}

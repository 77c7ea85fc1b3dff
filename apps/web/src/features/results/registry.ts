import { type ComponentType, createElement, lazy, type ReactNode } from "react";

export interface ResultViewProps {
  /** The run's output as stored; a view checks it before it draws. */
  output: unknown;
}

/** Result pages made for reading, by workflow; each is fetched when it is needed. */
const views: Partial<Record<string, ComponentType<ResultViewProps>>> = {
  "data-import": lazy(async () => ({
    default: (await import("./data-import/import-result.js")).ImportResult,
  })),
};

const generic = lazy(async () => ({ default: (await import("./generic-result.js")).GenericResult }));

/** The output of a run of `workflow`, in the view made for it or in the one for all others. */
export function ResultView({ workflow, output }: ResultViewProps & { workflow: string }): ReactNode {
  return createElement(views[workflow] ?? generic, { output });
}

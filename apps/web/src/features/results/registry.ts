import { type ComponentType, lazy } from "react";

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

export function resultView(workflow: string): ComponentType<ResultViewProps> {
  return views[workflow] ?? generic;
}

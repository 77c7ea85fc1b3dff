import { createCallerFactory, router } from "./trpc.js";
import { artifactsRouter } from "./routers/artifacts.js";
import { meRouter } from "./routers/me.js";
import { runsRouter } from "./routers/runs.js";
import { catalogueRouter, workflowRouters } from "./routers/workflows.js";

export const appRouter = router({
  artifacts: artifactsRouter,
  me: meRouter,
  runs: runsRouter,
  workflows: { ...catalogueRouter, ...workflowRouters },
});

export type AppRouter = typeof appRouter;

export const callerFactory = createCallerFactory(appRouter);

/** The path of every procedure, e.g. "runs.get". */
export function procedureNames(): string[] {
  return Object.keys(appRouter._def.procedures);
}

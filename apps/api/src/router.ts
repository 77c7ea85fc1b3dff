import { createCallerFactory, router } from "./trpc.js";
import { approvalsRouter } from "./routers/approvals.js";
import { artifactsRouter } from "./routers/artifacts.js";
import { campaignsRouter } from "./routers/campaigns.js";
import { companyRouter } from "./routers/company.js";
import { connectionsRouter } from "./routers/connections.js";
import { deadLettersRouter } from "./routers/dead-letters.js";
import { limitsRouter } from "./routers/limits.js";
import { meRouter } from "./routers/me.js";
import { membersRouter } from "./routers/members.js";
import { planRouter } from "./routers/plan.js";
import { queryTemplatesRouter } from "./routers/query-templates.js";
import { runsRouter } from "./routers/runs.js";
import { sqlWorkflowsRouter } from "./routers/sql-workflows.js";
import { schedulesRouter } from "./routers/schedules.js";
import { twinsRouter } from "./routers/twins.js";
import { webhooksRouter } from "./routers/webhooks.js";
import { catalogueRouter, workflowRouters } from "./routers/workflows.js";

export const appRouter = router({
  approvals: approvalsRouter,
  artifacts: artifactsRouter,
  campaigns: campaignsRouter,
  company: companyRouter,
  connections: connectionsRouter,
  deadLetters: deadLettersRouter,
  limits: limitsRouter,
  me: meRouter,
  members: membersRouter,
  plan: planRouter,
  queryTemplates: queryTemplatesRouter,
  runs: runsRouter,
  schedules: schedulesRouter,
  sqlWorkflows: sqlWorkflowsRouter,
  twins: twinsRouter,
  webhooks: webhooksRouter,
  workflows: { ...catalogueRouter, ...workflowRouters },
});

export type AppRouter = typeof appRouter;

export const callerFactory = createCallerFactory(appRouter);

/** The path of every procedure, e.g. "runs.get". */
export function procedureNames(): string[] {
  return Object.keys(appRouter._def.procedures);
}

import { createRoute, redirect } from "@tanstack/react-router";
import { parseEventSearch } from "../../features/run/event-search.js";
import { parseStepSearch } from "../../features/run/step-search.js";
import { parseRunSearch } from "../../features/runs/run-search.js";
import { lazyPage } from "../../lib/lazy-page.js";
import { app } from "./frame.js";

const runs = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: parseRunSearch,
  component: lazyPage(() => import("../../features/runs/runs-page.js"), "RunsPage"),
});

/** Where whoever cuts the id off a run's address looks for the others. */
const allRuns = createRoute({
  getParentRoute: () => app,
  path: "/runs",
  beforeLoad: () => {
    redirect({ to: "/", replace: true, throw: true });
  },
});

/** The run whose input the form is filled from. */
function parsePrevious(search: Record<string, unknown>): { from?: string } {
  return typeof search["from"] === "string" ? { from: search["from"] } : {};
}

const catalogue = createRoute({
  getParentRoute: () => app,
  path: "/start",
  component: lazyPage(() => import("../../features/start/catalogue-page.js"), "CataloguePage"),
});

const start = createRoute({
  getParentRoute: () => app,
  path: "/start/$workflow",
  validateSearch: parsePrevious,
  component: lazyPage(() => import("../../features/start/start-page.js"), "StartPage"),
});

const run = createRoute({
  getParentRoute: () => app,
  path: "/runs/$runId",
  component: lazyPage(() => import("../../features/run/run-page.js"), "RunPage"),
});

const runIndex = createRoute({
  getParentRoute: () => run,
  path: "/",
  beforeLoad: ({ params }) => {
    redirect({ to: "/runs/$runId/result", params, replace: true, throw: true });
  },
});

const result = createRoute({
  getParentRoute: () => run,
  path: "/result",
  component: lazyPage(() => import("../../features/results/result-tab.js"), "ResultTab"),
});

const steps = createRoute({
  getParentRoute: () => run,
  path: "/steps",
  validateSearch: parseStepSearch,
  component: lazyPage(() => import("../../features/run/steps-tab.js"), "StepsTab"),
});

/** The node of the machine that is looked at. */
function parseNode(search: Record<string, unknown>): { node?: string } {
  return typeof search["node"] === "string" ? { node: search["node"] } : {};
}

const graph = createRoute({
  getParentRoute: () => run,
  path: "/graph",
  validateSearch: parseNode,
  component: lazyPage(() => import("../../features/graph/graph-tab.js"), "GraphTab"),
});

const timeline = createRoute({
  getParentRoute: () => run,
  path: "/timeline",
  component: lazyPage(() => import("../../features/timeline/timeline-tab.js"), "TimelineTab"),
});

const events = createRoute({
  getParentRoute: () => run,
  path: "/events",
  validateSearch: parseEventSearch,
  component: lazyPage(() => import("../../features/run/events-tab.js"), "EventsTab"),
});

const input = createRoute({
  getParentRoute: () => run,
  path: "/input",
  component: lazyPage(() => import("../../features/run/input-tab.js"), "InputTab"),
});

const approvals = createRoute({
  getParentRoute: () => app,
  path: "/approvals",
  component: lazyPage(() => import("../../features/approvals/approvals-page.js"), "ApprovalsPage"),
});

/** Where a link to one question leads. */
const approval = createRoute({
  getParentRoute: () => app,
  path: "/approvals/$approvalId",
  component: lazyPage(() => import("../../features/approvals/approval-page.js"), "ApprovalPage"),
});

const deadLetters = createRoute({
  getParentRoute: () => app,
  path: "/dead-letters",
  component: lazyPage(() => import("../../features/dead-letters/dead-letters-page.js"), "DeadLettersPage"),
});

const schedules = createRoute({
  getParentRoute: () => app,
  path: "/schedules",
  component: lazyPage(() => import("../../features/schedules/schedules-page.js"), "SchedulesPage"),
});

/** The workflow that is to be scheduled, or the run that is to be repeated. */
function parseNewSchedule(search: Record<string, unknown>): { workflow?: string; from?: string } {
  const { workflow, from } = search;
  return {
    ...(typeof workflow === "string" && workflow ? { workflow } : {}),
    ...(typeof from === "string" ? { from } : {}),
  };
}

const newSchedule = createRoute({
  getParentRoute: () => app,
  path: "/schedules/new",
  validateSearch: parseNewSchedule,
  component: lazyPage(() => import("../../features/schedules/new-schedule-page.js"), "NewSchedulePage"),
});

const schedule = createRoute({
  getParentRoute: () => app,
  path: "/schedules/$scheduleId",
  component: lazyPage(() => import("../../features/schedules/schedule-page.js"), "SchedulePage"),
});

/** Starting, following and repeating runs. */
export const runRoutes = [
  runs,
  allRuns,
  catalogue,
  start,
  run.addChildren([runIndex, result, graph, timeline, steps, events, input]),
  approvals,
  approval,
  deadLetters,
  schedules,
  newSchedule,
  schedule,
] as const;

import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { parseCallback } from "../features/connections/callback-search.js";
import { parseRunSearch } from "../features/runs/run-search.js";
import type { SessionStore } from "../features/session/session.js";
import { AppLayout } from "./app-layout.js";
import { BrokenPage, MissingPage } from "./fallback-pages.js";

interface RouterContext {
  session: SessionStore;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: MissingPage,
  errorComponent: BrokenPage,
});

/** Where to go after signing in: a path of this site and nothing else. */
function parseReturn(search: Record<string, unknown>): { to?: string } {
  const { to } = search;
  return typeof to === "string" && /^\/(?![/\\])/.test(to) ? { to } : {};
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: parseReturn,
  component: lazyRouteComponent(() => import("../features/session/sign-in-page.js"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: parseReturn,
  component: lazyRouteComponent(() => import("../features/session/sign-up-page.js"), "SignUpPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    await context.session.ready;
    if (context.session.get()) return;
    redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href }, throw: true });
  },
  component: AppLayout,
});

const runs = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(() => import("../features/runs/runs-page.js"), "RunsPage"),
});

/** The run whose input the form is filled from. */
function parsePrevious(search: Record<string, unknown>): { from?: string } {
  return typeof search["from"] === "string" ? { from: search["from"] } : {};
}

const catalogue = createRoute({
  getParentRoute: () => app,
  path: "/start",
  component: lazyRouteComponent(() => import("../features/start/catalogue-page.js"), "CataloguePage"),
});

const start = createRoute({
  getParentRoute: () => app,
  path: "/start/$workflow",
  validateSearch: parsePrevious,
  component: lazyRouteComponent(() => import("../features/start/start-page.js"), "StartPage"),
});

const run = createRoute({
  getParentRoute: () => app,
  path: "/runs/$runId",
  component: lazyRouteComponent(() => import("../features/run/run-page.js"), "RunPage"),
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
  component: lazyRouteComponent(() => import("../features/results/result-tab.js"), "ResultTab"),
});

const steps = createRoute({
  getParentRoute: () => run,
  path: "/steps",
  component: lazyRouteComponent(() => import("../features/run/steps-tab.js"), "StepsTab"),
});

/** The node of the machine that is looked at. */
function parseNode(search: Record<string, unknown>): { node?: string } {
  return typeof search["node"] === "string" ? { node: search["node"] } : {};
}

const graph = createRoute({
  getParentRoute: () => run,
  path: "/graph",
  validateSearch: parseNode,
  component: lazyRouteComponent(() => import("../features/graph/graph-tab.js"), "GraphTab"),
});

const timeline = createRoute({
  getParentRoute: () => run,
  path: "/timeline",
  component: lazyRouteComponent(() => import("../features/timeline/timeline-tab.js"), "TimelineTab"),
});

const events = createRoute({
  getParentRoute: () => run,
  path: "/events",
  component: lazyRouteComponent(() => import("../features/run/events-tab.js"), "EventsTab"),
});

const input = createRoute({
  getParentRoute: () => run,
  path: "/input",
  component: lazyRouteComponent(() => import("../features/run/input-tab.js"), "InputTab"),
});

const approvals = createRoute({
  getParentRoute: () => app,
  path: "/approvals",
  component: lazyRouteComponent(() => import("../features/approvals/approvals-page.js"), "ApprovalsPage"),
});

const deadLetters = createRoute({
  getParentRoute: () => app,
  path: "/dead-letters",
  component: lazyRouteComponent(
    () => import("../features/dead-letters/dead-letters-page.js"),
    "DeadLettersPage",
  ),
});

const storybook = createRoute({
  getParentRoute: () => app,
  path: "/storybook",
  component: lazyRouteComponent(() => import("../features/storybook/storybook-page.js"), "StorybookPage"),
});

const schedules = createRoute({
  getParentRoute: () => app,
  path: "/schedules",
  component: lazyRouteComponent(() => import("../features/schedules/schedules-page.js"), "SchedulesPage"),
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
  component: lazyRouteComponent(
    () => import("../features/schedules/new-schedule-page.js"),
    "NewSchedulePage",
  ),
});

const schedule = createRoute({
  getParentRoute: () => app,
  path: "/schedules/$scheduleId",
  component: lazyRouteComponent(() => import("../features/schedules/schedule-page.js"), "SchedulePage"),
});

const queries = createRoute({
  getParentRoute: () => app,
  path: "/queries",
  component: lazyRouteComponent(() => import("../features/queries/queries-page.js"), "QueriesPage"),
});

const query = createRoute({
  getParentRoute: () => app,
  path: "/queries/$id",
  component: lazyRouteComponent(() => import("../features/queries/editor/query-page.js"), "QueryPage"),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: "/agents",
  component: lazyRouteComponent(() => import("../features/agents/agents-page.js"), "AgentsPage"),
});

const connections = createRoute({
  getParentRoute: () => app,
  path: "/connections",
  component: lazyRouteComponent(
    () => import("../features/connections/connections-page.js"),
    "ConnectionsPage",
  ),
});

const connected = createRoute({
  getParentRoute: () => app,
  path: "/connections/callback",
  validateSearch: parseCallback,
  component: lazyRouteComponent(() => import("../features/connections/callback-page.js"), "CallbackPage"),
});

const twins = createRoute({
  getParentRoute: () => app,
  path: "/twins",
  component: lazyRouteComponent(() => import("../features/twins/twins-page.js"), "TwinsPage"),
});

const newTwin = createRoute({
  getParentRoute: () => app,
  path: "/twins/new",
  component: lazyRouteComponent(() => import("../features/twins/new-twin-page.js"), "NewTwinPage"),
});

const twin = createRoute({
  getParentRoute: () => app,
  path: "/twins/$twinId",
  component: lazyRouteComponent(() => import("../features/twins/twin-page.js"), "TwinPage"),
});

const onboarding = createRoute({
  getParentRoute: () => app,
  path: "/onboarding",
  component: lazyRouteComponent(() => import("../features/onboarding/onboarding-page.js"), "OnboardingPage"),
});

const campaigns = createRoute({
  getParentRoute: () => app,
  path: "/campaigns",
  component: lazyRouteComponent(() => import("../features/campaigns/campaigns-page.js"), "CampaignsPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => app,
  path: "/campaigns/new",
  component: lazyRouteComponent(
    () => import("../features/campaigns/new-campaign-page.js"),
    "NewCampaignPage",
  ),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: "/webhooks",
  component: lazyRouteComponent(() => import("../features/webhooks/webhooks-page.js"), "WebhooksPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyRouteComponent(() => import("../features/settings/settings-page.js"), "SettingsPage"),
});

const routeTree = root.addChildren([
  signIn,
  signUp,
  app.addChildren([
    runs,
    catalogue,
    start,
    run.addChildren([runIndex, result, graph, timeline, steps, events, input]),
    approvals,
    deadLetters,
    storybook,
    queries,
    query,
    schedules,
    newSchedule,
    schedule,
    connections,
    connected,
    agents,
    twins,
    newTwin,
    twin,
    onboarding,
    campaigns,
    newCampaign,
    webhooks,
    settings,
  ]),
]);

export function createAppRouter(session: SessionStore) {
  return createRouter({
    routeTree,
    context: { session },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: MissingPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

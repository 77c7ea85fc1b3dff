import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { app } from "./frame.js";

const storybook = createRoute({
  getParentRoute: () => app,
  path: "/storybook",
  component: lazyRouteComponent(() => import("../../features/storybook/storybook-page.js"), "StorybookPage"),
});

const queries = createRoute({
  getParentRoute: () => app,
  path: "/queries",
  component: lazyRouteComponent(() => import("../../features/queries/queries-page.js"), "QueriesPage"),
});

const query = createRoute({
  getParentRoute: () => app,
  path: "/queries/$id",
  component: lazyRouteComponent(() => import("../../features/queries/editor/query-page.js"), "QueryPage"),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: "/agents",
  component: lazyRouteComponent(() => import("../../features/agents/agents-page.js"), "AgentsPage"),
});

const twins = createRoute({
  getParentRoute: () => app,
  path: "/twins",
  component: lazyRouteComponent(() => import("../../features/twins/twins-page.js"), "TwinsPage"),
});

const newTwin = createRoute({
  getParentRoute: () => app,
  path: "/twins/new",
  component: lazyRouteComponent(() => import("../../features/twins/new-twin-page.js"), "NewTwinPage"),
});

const twin = createRoute({
  getParentRoute: () => app,
  path: "/twins/$twinId",
  component: lazyRouteComponent(() => import("../../features/twins/twin-page.js"), "TwinPage"),
});

const campaigns = createRoute({
  getParentRoute: () => app,
  path: "/campaigns",
  component: lazyRouteComponent(() => import("../../features/campaigns/campaigns-page.js"), "CampaignsPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => app,
  path: "/campaigns/new",
  component: lazyRouteComponent(
    () => import("../../features/campaigns/new-campaign-page.js"),
    "NewCampaignPage",
  ),
});

/** What people make with runs: each its own system of pages. */
export const makeRoutes = [
  storybook,
  queries,
  query,
  agents,
  twins,
  newTwin,
  twin,
  campaigns,
  newCampaign,
] as const;

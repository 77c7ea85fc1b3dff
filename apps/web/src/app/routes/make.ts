import { createRoute } from "@tanstack/react-router";
import { parseQuerySearch } from "../../features/queries/query-search.js";
import { lazyPage } from "../../lib/lazy-page.js";
import { app } from "./frame.js";

const storybook = createRoute({
  getParentRoute: () => app,
  path: "/storybook",
  component: lazyPage(() => import("../../features/storybook/storybook-page.js"), "StorybookPage"),
});

const queries = createRoute({
  getParentRoute: () => app,
  path: "/queries",
  validateSearch: parseQuerySearch,
  component: lazyPage(() => import("../../features/queries/queries-page.js"), "QueriesPage"),
});

const query = createRoute({
  getParentRoute: () => app,
  path: "/queries/$id",
  component: lazyPage(() => import("../../features/queries/editor/query-page.js"), "QueryPage"),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: "/agents",
  component: lazyPage(() => import("../../features/agents/agents-page.js"), "AgentsPage"),
});

const twins = createRoute({
  getParentRoute: () => app,
  path: "/twins",
  component: lazyPage(() => import("../../features/twins/twins-page.js"), "TwinsPage"),
});

const newTwin = createRoute({
  getParentRoute: () => app,
  path: "/twins/new",
  component: lazyPage(() => import("../../features/twins/new-twin-page.js"), "NewTwinPage"),
});

const twin = createRoute({
  getParentRoute: () => app,
  path: "/twins/$twinId",
  component: lazyPage(() => import("../../features/twins/twin-page.js"), "TwinPage"),
});

const campaigns = createRoute({
  getParentRoute: () => app,
  path: "/campaigns",
  component: lazyPage(() => import("../../features/campaigns/campaigns-page.js"), "CampaignsPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => app,
  path: "/campaigns/new",
  component: lazyPage(() => import("../../features/campaigns/new-campaign-page.js"), "NewCampaignPage"),
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

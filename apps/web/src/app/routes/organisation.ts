import { createRoute } from "@tanstack/react-router";
import { parseCallback } from "../../features/connections/callback-search.js";
import { parseDeliverySearch } from "../../features/webhooks/delivery-search.js";
import { lazyPage } from "../../lib/lazy-page.js";
import { MissingPlace } from "../fallback-pages.js";
import { app } from "./frame.js";

const connections = createRoute({
  getParentRoute: () => app,
  path: "/connections",
  component: lazyPage(() => import("../../features/connections/connections-page.js"), "ConnectionsPage"),
});

const connected = createRoute({
  getParentRoute: () => app,
  path: "/connections/callback",
  validateSearch: parseCallback,
  component: lazyPage(() => import("../../features/connections/callback-page.js"), "CallbackPage"),
});

const onboarding = createRoute({
  getParentRoute: () => app,
  path: "/onboarding",
  component: lazyPage(() => import("../../features/onboarding/onboarding-page.js"), "OnboardingPage"),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: "/webhooks",
  validateSearch: parseDeliverySearch,
  component: lazyPage(() => import("../../features/webhooks/webhooks-page.js"), "WebhooksPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyPage(() => import("../../features/settings/settings-page.js"), "SettingsPage"),
});

/** Where the mails of invitations lead. */
const join = createRoute({
  getParentRoute: () => app,
  path: "/join",
  component: lazyPage(() => import("../../features/organisations/join-page.js"), "JoinPage"),
});

/** An address that none of the pages has: said where the way to all of them is. */
const missing = createRoute({
  getParentRoute: () => app,
  path: "$",
  component: MissingPlace,
});

/** What an organisation sets up, and where no page is. */
export const organisationRoutes = [
  connections,
  connected,
  onboarding,
  webhooks,
  settings,
  join,
  missing,
] as const;

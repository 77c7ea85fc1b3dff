import { createRouter } from "@tanstack/react-router";
import type { SessionStore } from "../features/session/session.js";
import { BrokenPlace, MissingPage } from "./fallback-pages.js";
import { app, root, sessionRoutes } from "./routes/frame.js";
import { makeRoutes } from "./routes/make.js";
import { organisationRoutes } from "./routes/organisation.js";
import { runRoutes } from "./routes/runs.js";

const routeTree = root.addChildren([
  ...sessionRoutes,
  app.addChildren([...runRoutes, ...makeRoutes, ...organisationRoutes]),
]);

export function createAppRouter(session: SessionStore) {
  return createRouter({
    routeTree,
    context: { session },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: BrokenPlace,
    defaultNotFoundComponent: MissingPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

import { createRootRouteWithContext, createRoute, Outlet, redirect } from "@tanstack/react-router";
import type { SessionStore } from "../../features/session/session.js";
import { lazyPage } from "../../lib/lazy-page.js";
import { AppLayout } from "../app-layout.js";
import { BrokenPage, MissingPage } from "../fallback-pages.js";

export interface RouterContext {
  session: SessionStore;
}

/** What is around every page. */
export const root = createRootRouteWithContext<RouterContext>()({
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
  component: lazyPage(() => import("../../features/session/sign-in-page.js"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: parseReturn,
  component: lazyPage(() => import("../../features/session/sign-up-page.js"), "SignUpPage"),
});

/** What is around every page of a person who has signed in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    await context.session.ready;
    if (context.session.get()) return;
    redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href }, throw: true });
  },
  component: AppLayout,
});

/** The pages of those who have no session. */
export const sessionRoutes = [signIn, signUp] as const;

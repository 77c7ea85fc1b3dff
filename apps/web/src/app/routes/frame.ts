import { createRootRouteWithContext, createRoute, Outlet, redirect } from "@tanstack/react-router";
import type { SessionStore } from "../../features/session/session.js";
import { lazyPage } from "../../lib/lazy-page.js";
import { AppLayout } from "../app-layout.js";
import { parseReturn, returnTo } from "../../features/session/return-to.js";
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

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: parseReturn,
  component: lazyPage(() => import("../../features/session/sign-in-page.js"), "SignInPage"),
  errorComponent: BrokenPage,
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: parseReturn,
  component: lazyPage(() => import("../../features/session/sign-up-page.js"), "SignUpPage"),
  errorComponent: BrokenPage,
});

/** What is around every page of a person who has signed in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    await context.session.ready;
    if (context.session.get()) return;
    redirect({ to: "/sign-in", search: returnTo(location.href), throw: true });
  },
  component: AppLayout,
  errorComponent: BrokenPage,
});

/** The pages of those who have no session. */
export const sessionRoutes = [signIn, signUp] as const;

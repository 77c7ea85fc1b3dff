import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "../../lib/trpc.js";

export type Category = NonNullable<inferRouterInputs<AppRouter>["queryTemplates"]["list"]["category"]>;

/** What templates are about, as people choose it. */
export const categories: readonly Category[] = [
  "reach-and-frequency",
  "path-to-conversion",
  "overlap",
  "time-to-conversion",
  "new-to-brand",
  "attribution",
  "audience",
  "other",
];

import type { AppRouter } from "@longhaul/api";
import type { TRPCClientErrorLike } from "@trpc/client";
import { type CreateTRPCReact, createTRPCReact } from "@trpc/react-query";
import type { UseTRPCQueryResult } from "@trpc/react-query/shared";
import type { inferRouterOutputs } from "@trpc/server";

export type { AppRouter };
export type Outputs = inferRouterOutputs<AppRouter>;

/** What the hook of a query gives. */
export type QueryOf<Data> = UseTRPCQueryResult<Data, TRPCClientErrorLike<AppRouter>>;

export const trpc: CreateTRPCReact<AppRouter, unknown> = createTRPCReact<AppRouter>();

import type { LiveSource } from "@longhaul/client";
import { useLive } from "@longhaul/client/react";
import type { RunStatus } from "@longhaul/kit";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TRPCClient } from "@trpc/client";
import { useMemo } from "react";
import { type AppRouter, trpc } from "../../lib/trpc.js";
import { emptyList, type FirstPage, type RunList, withFirstPage, withOlderPage } from "./run-list.js";

export interface RunFilter {
  workflow?: string | undefined;
  statuses?: RunStatus[] | undefined;
  tag?: string | undefined;
  person?: string | undefined;
  /** ISO 8601. */
  from?: string | undefined;
  search?: string | undefined;
  limit: number;
}

const listKey = (filter: RunFilter) => ["run-list", filter] as const;

async function readFirstPage(client: TRPCClient<AppRouter>, filter: RunFilter): Promise<FirstPage> {
  const { runs, nextCursor } = await client.runs.list.query(filter);
  return { ids: runs.map(({ id }) => id), runs, nextCursor };
}

function createListSource(
  client: TRPCClient<AppRouter>,
  queries: QueryClient,
  filter: RunFilter,
): LiveSource {
  const receive = (page: FirstPage) =>
    queries.setQueryData<RunList>(listKey(filter), (list) => withFirstPage(list ?? emptyList, page));
  return {
    open: (on) =>
      client.runs.watchList.subscribe(filter, {
        onStarted: () => on.reached(),
        onData: (page) => {
          receive(page);
          on.told();
        },
        onError: (error) => on.failed(error),
        onConnectionStateChange: (state) => state.error && on.interrupted(state.error),
        onComplete: () => on.failed(new Error("The list's feed ended.")),
      }),
    async poll() {
      receive(await readFirstPage(client, filter));
      return false;
    },
  };
}

/** A list of runs that keeps itself current. Give a memoised filter. */
export function useRunList(filter: RunFilter) {
  const { client } = trpc.useUtils();
  const queries = useQueryClient();
  const query = useQuery<RunList>({
    queryKey: listKey(filter),
    // The feed may have been quicker; what it said is newer than what was asked for before it spoke.
    queryFn: async () => {
      const page = await readFirstPage(client, filter);
      return queries.getQueryData<RunList>(listKey(filter)) ?? withFirstPage(emptyList, page);
    },
    staleTime: Infinity,
    structuralSharing: false,
  });
  useLive(useMemo(() => createListSource(client, queries, filter), [client, queries, filter]));
  const older = useMutation({
    mutationFn: (cursor: string) => client.runs.list.query({ ...filter, cursor }),
    onSuccess: (page) =>
      queries.setQueryData<RunList>(listKey(filter), (list) => withOlderPage(list ?? emptyList, page)),
  });
  return { query, older };
}

import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ProblemView } from "../../../components/ui/problem.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import { trpc } from "../../../lib/trpc.js";
import { QueryEditor } from "./query-editor.js";

const route = getRouteApi("/app/queries/$id");

/** One SQL workflow: its text, its form, its runs and what they gave. */
export function QueryPage() {
  const { id } = route.useParams();
  const navigate = useNavigate();
  // The draft is the person's; what others save meanwhile is met when it is saved.
  const { data, error, refetch } = trpc.sqlWorkflows.get.useQuery(
    { id },
    {
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    },
  );
  if (error) return <ProblemView page what="The query" error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines label="Reading the query" count={6} />;
  return <QueryEditor key={id} saved={data} onDeleted={() => void navigate({ to: "/queries" })} />;
}

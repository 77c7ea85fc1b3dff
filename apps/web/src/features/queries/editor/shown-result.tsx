import { ProblemView } from "../../../components/ui/problem.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import { trpc } from "../../../lib/trpc.js";
import { QueryResult } from "../query-result.js";

/** The result of one of the query's runs. */
export function ShownResult({ runId }: { runId: string }) {
  const { data, error, refetch } = trpc.runs.get.useQuery({ runId }, { refetchOnWindowFocus: false });
  if (error) return <ProblemView what="The result" error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines label="Reading the result" count={6} />;
  return data.run.status === "succeeded" ? <QueryResult output={data.run.output} /> : null;
}

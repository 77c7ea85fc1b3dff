import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { isUnderWay, TwinBadge } from "./twin-state.js";

type Listed = Outputs["twins"]["list"][number];

/** Every twin of the organisation, and how far its newest version is. */
export function TwinsPage() {
  const { data, error, refetch } = trpc.twins.list.useQuery(undefined, {
    refetchInterval: ({ state }) => (state.data?.some((twin) => isUnderWay(twin.state)) ? 3_000 : 30_000),
  });
  const mayTrain = useMay("operator");
  const newTwin = mayTrain && (
    <Button asChild look="primary">
      <Link to="/twins/new">
        <Plus aria-hidden />
        New twin
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader title="Twins" actions={newTwin} />
      {error && !data ? (
        <ProblemView what="The twins" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the twins" />
      ) : data.length === 0 ? (
        <EmptyState title="No twin yet">
          A twin reads documents and answers questions from them. Give it some to read.
        </EmptyState>
      ) : (
        <ul className="grid gap-3 @2xl:grid-cols-2">
          {data.map((twin) => (
            <Card key={twin.id} twin={twin} />
          ))}
        </ul>
      )}
    </>
  );
}

function Card({ twin }: { twin: Listed }) {
  const { name, state, version, documents, lastEpoch, activeVersion, removingRunId, createdAt } = twin;
  const answers =
    removingRunId !== null
      ? "is being deleted"
      : activeVersion === null
        ? "cannot be asked yet"
        : `version ${activeVersion} answers`;
  return (
    <li className="relative grid gap-2 rounded-lg border bg-surface p-4 hover:border-line-strong">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Link
          to="/twins/$twinId"
          params={{ twinId: twin.id }}
          className="min-w-0 text-lg font-semibold break-words after:absolute after:inset-0"
        >
          {name}
        </Link>
        <TwinBadge state={state} />
      </div>
      <p className="text-ink-soft">
        {documents} {documents === 1 ? "document" : "documents"}, {answers}
      </p>
      <p className="text-sm text-ink-soft tabular-nums">
        Version {version}
        {lastEpoch && `, epoch ${lastEpoch.epoch}, perplexity ${lastEpoch.validationPerplexity.toFixed(1)}`},
        begun <TimeAgo at={createdAt} />
      </p>
    </li>
  );
}

import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FilePlus2 } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Input } from "../../components/ui/input.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useTyped } from "../../lib/use-typed.js";
import { StatusBadge } from "../runs/status.js";
import { useMay } from "../settings/use-me.js";
import { parseQuerySearch } from "./query-search.js";
import { TemplateGallery } from "./template-gallery.js";
import { useInstances } from "./use-instances.js";

const route = getRouteApi("/app/queries");

type Card = Outputs["sqlWorkflows"]["list"]["sqlWorkflows"][number];

const firstSql = `SELECT
  campaign,
  SUM(impressions) AS impressions,
  COUNT(DISTINCT user_id) AS reach
FROM dsp_impressions
GROUP BY campaign
ORDER BY reach DESC`;

/** What an organisation asks Amazon Marketing Cloud: its own queries, and templates to begin from. */
export function QueriesPage() {
  const navigate = useNavigate();
  const mayEdit = useMay("operator");
  const instances = useInstances();
  // A sandbox holds made-up events: it is asked by who chooses it.
  const instance = instances.find(({ type }) => type !== "SANDBOX") ?? instances[0];
  const create = trpc.sqlWorkflows.create.useMutation({
    onSuccess: ({ id }) => void navigate({ to: "/queries/$id", params: { id } }),
  });
  const begin = (from: Parameters<typeof create.mutate>[0]) =>
    create.mutate({ instanceId: instance?.id ?? null, ...from });
  return (
    <div className="grid gap-4">
      <PageHeader
        title="Queries"
        actions={
          mayEdit && (
            <Button
              look="primary"
              disabled={create.isPending}
              onClick={() => begin({ name: "New query", sql: firstSql })}
            >
              <FilePlus2 aria-hidden />
              New query
            </Button>
          )
        }
      />
      {create.isError && (
        <p role="alert" className="text-bad">
          {toProblem(create.error).message}
        </p>
      )}
      <QueryList />
      <TemplateGallery
        mayEdit={mayEdit}
        busy={create.isPending}
        onUse={({ id, name, description, sql, parameterSchema }) =>
          begin({ name, description, sql, parameterSchema, templateId: id })
        }
      />
    </div>
  );
}

function QueryList() {
  const { q: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, type] = useTyped(
    wanted ?? "",
    (q) =>
      void navigate({
        search: (all) => parseQuerySearch({ ...all, q }),
        replace: true,
        resetScroll: false,
      }),
  );
  const { data, error, refetch, fetchNextPage, hasNextPage } = trpc.sqlWorkflows.list.useInfiniteQuery(
    { search: wanted, limit: 20 },
    { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
  );
  const queries = data?.pages.flatMap((page) => page.sqlWorkflows) ?? [];
  return (
    <Panel
      flush
      title="Your queries"
      actions={
        <Input
          type="search"
          aria-label="Search your queries"
          placeholder="Search"
          value={text}
          maxLength={200}
          onChange={(event) => type(event.target.value)}
          className="h-7 w-44 text-sm"
        />
      }
    >
      {error && !data ? (
        <div className="p-4">
          <ProblemView what="Your queries" error={error} retry={() => void refetch()} />
        </div>
      ) : !data ? (
        <div className="p-4">
          <SkeletonLines label="Reading your queries" />
        </div>
      ) : queries.length === 0 ? (
        <div className="p-4">
          <EmptyState title={wanted ? "Nothing found" : "No queries yet"}>
            {wanted
              ? "No query of your organisation has this in its name or description."
              : "Begin from one of the templates below, or write one of your own. It keeps its values and its results."}
          </EmptyState>
        </div>
      ) : (
        <ul>
          {queries.map((query) => (
            <QueryRow key={query.id} query={query} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div className="border-t p-2">
          <Button look="quiet" onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Panel>
  );
}

function QueryRow({ query }: { query: Card }) {
  const { id, name, description, instanceName, updatedAt, lastRun, createdBy } = query;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-[1_1_16rem]">
        <Link to="/queries/$id" params={{ id }} data-row className="link font-medium break-words">
          {name}
        </Link>
        {description && <p className="line-clamp-1 text-sm text-ink-soft">{description}</p>}
      </div>
      <span className="text-sm text-ink-soft">{instanceName ?? "No instance"}</span>
      {lastRun ? (
        <span className="flex items-center gap-2">
          <StatusBadge status={lastRun.status} />
          <TimeAgo at={lastRun.createdAt} className="text-sm text-ink-soft" />
        </span>
      ) : (
        <span className="text-sm text-ink-soft">Not run yet</span>
      )}
      <span className="text-sm text-ink-soft">
        {createdBy ? `by ${createdBy.name}, ` : ""}changed <TimeAgo at={updatedAt} />
      </span>
    </li>
  );
}

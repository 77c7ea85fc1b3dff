import { getRouteApi, Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { Button } from "../../components/ui/button.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { LiveDot } from "../../components/ui/live-dot.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { currentTime, useMinute } from "../../lib/clock.js";
import { Invitation } from "../onboarding/invitation.js";
import { useMay } from "../settings/use-me.js";
import { AllRuns } from "./all-runs.js";
import { RunCount } from "./run-count.js";
import { RunFilters } from "./run-filters.js";
import { RunningNow } from "./running-now.js";
import { activeStatuses, sinceChoices, statusChoices } from "./run-search.js";
import { useScrolled } from "./use-scrolled.js";
import { useSteadyOrder } from "./steady-order.js";
import { type RunFilter, useRunList } from "./use-run-list.js";
import { listedIds } from "./run-list.js";

const route = getRouteApi("/app/");
const pageSize = 50;
const activeFilter: RunFilter = { statuses: activeStatuses, limit: 6 };

export function RunsPage() {
  const search = route.useSearch();
  const { workflow, status, tag, person, since, q } = search;
  const filter = useMemo<RunFilter>(
    () => ({
      ...(workflow ? { workflow } : {}),
      ...(status ? { statuses: [...statusChoices[status].statuses] } : {}),
      ...(tag ? { tag } : {}),
      ...(person ? { person } : {}),
      ...(since ? { from: hoursAgo(sinceChoices[since].hours) } : {}),
      ...(q ? { search: q } : {}),
      limit: pageSize,
    }),
    [workflow, status, tag, person, since, q],
  );
  // The list is asked for from where the last hour began when it was chosen; the hour goes on.
  const minute = useMinute();
  const from = since && hoursAgo(sinceChoices[since].hours, minute);
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHeader title="Runs" aside={<LiveDot />} actions={<StartLink />} />
      {!filtered && <Invitation />}
      {!filtered && (
        <ErrorBoundary what="What is running now">
          <ActiveRuns />
        </ErrorBoundary>
      )}
      <section aria-label="All runs" className="grid gap-3">
        <RunFilters search={search} />
        <RunCount filter={from === undefined ? filter : { ...filter, from }} />
        <ErrorBoundary what="The list of runs">
          <AllRuns filter={filter} from={from} filtered={filtered} />
        </ErrorBoundary>
      </section>
    </>
  );
}

/** To the minute, so that the same choice soon after is the same filter. */
function hoursAgo(hours: number, now = currentTime()): string {
  const minute = 60_000;
  return new Date(Math.floor((now - hours * 60 * minute) / minute) * minute).toISOString();
}

function StartLink() {
  if (!useMay("operator")) return null;
  return (
    <Button asChild look="primary">
      <Link to="/start">
        <Plus aria-hidden />
        Start a run
      </Link>
    </Button>
  );
}

function ActiveRuns() {
  const { query } = useRunList(activeFilter);
  const { ids } = useSteadyOrder("active", query.data ? listedIds(query.data) : [], useScrolled());
  const runs = ids.flatMap((id) => query.data?.byId[id] ?? []);
  return runs.length > 0 ? <RunningNow runs={runs.slice(0, activeFilter.limit)} /> : null;
}

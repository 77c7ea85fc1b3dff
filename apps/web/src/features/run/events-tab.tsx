import { useRun } from "@longhaul/client/react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { Input, Select } from "../../components/ui/input.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { plural } from "../../lib/format.js";
import { useTyped } from "../../lib/use-typed.js";
import { EventList } from "./event-list.js";
import { groupChoices, matchingEvents, parseEventSearch } from "./event-search.js";

const route = getRouteApi("/app/runs/$runId/events");

/** The run's log, oldest first, growing as it happens; its filter is the URL. */
export function EventsTab() {
  const { runId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { events } = useRun(runId);
  const narrow = (change: { kind?: string; q?: string }) =>
    void navigate({ search: parseEventSearch({ ...search, ...change }), replace: true, resetScroll: false });
  const [text, type] = useTyped(search.q ?? "", (q) => narrow({ q }));
  const matching = useMemo(() => matchingEvents(events, search), [events, search]);
  if (events.length === 0) return <SkeletonLines label="Reading the events" count={5} />;
  return (
    <ErrorBoundary what="The events">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          type="search"
          data-search
          aria-label="Filter the events"
          placeholder="Filter by text, step, type or data"
          className="min-w-44 flex-1"
          value={text}
          maxLength={200}
          onChange={(event) => type(event.target.value)}
        />
        <Select
          aria-label="Kind of event"
          className="w-auto"
          value={search.kind ?? ""}
          onChange={(event) => narrow({ kind: event.target.value })}
        >
          <option value="">All events</option>
          {Object.entries(groupChoices).map(([kind, label]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </Select>
        <p className="text-sm text-ink-soft tabular-nums" data-event-count={events.length}>
          {plural(matching.length, "event")}
          {matching.length < events.length && ` of ${events.length}`}
        </p>
      </div>
      {matching.length === 0 ? (
        <EmptyState
          title="No event matches"
          action={
            <Button asChild>
              <Link to="/runs/$runId/events" params={{ runId }} replace resetScroll={false}>
                Clear the filter
              </Link>
            </Button>
          }
        >
          None of the {plural(events.length, "event")} does.
        </EmptyState>
      ) : (
        <EventList key={`${search.kind} ${search.q}`} events={matching} />
      )}
    </ErrorBoundary>
  );
}

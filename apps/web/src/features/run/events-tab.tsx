import { useRun } from "@longhaul/client/react";
import type { RunEvent } from "@longhaul/kit";
import { getRouteApi } from "@tanstack/react-router";
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { Input, Select } from "../../components/ui/input.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { plural } from "../../lib/format.js";
import { EventRow } from "./event-row.js";
import { type EventGroup, eventSentence, groupOf } from "./event-sentence.js";

const route = getRouteApi("/app/runs/$runId");
const windowSize = 300;

const groups: readonly (readonly [EventGroup | "", string])[] = [
  ["", "All events"],
  ["problem", "Problems"],
  ["run", "Run"],
  ["step", "Steps and files"],
  ["progress", "Progress"],
  ["log", "Log lines"],
];

/** The run's log, oldest first, growing as it happens. */
export function EventsTab() {
  const { runId } = route.useParams();
  const { events } = useRun(runId);
  const [group, setGroup] = useState<EventGroup | "">("");
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim().toLowerCase());
  const matching = useMemo(
    () => events.filter((event) => (!group || groupOf(event) === group) && matches(event, words)),
    [events, group, words],
  );
  if (events.length === 0) return <SkeletonLines label="Reading the events" count={5} />;
  return (
    <ErrorBoundary what="The events">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          type="search"
          data-search
          aria-label="Filter the events"
          placeholder="Filter by text, step or type"
          className="min-w-44 flex-1"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Select
          aria-label="Kind of event"
          className="w-auto"
          value={group}
          onChange={(event) => setGroup(event.target.value as EventGroup | "")}
        >
          {groups.map(([value, label]) => (
            <option key={value} value={value}>
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
        <EmptyState title="No event matches">Clear the filter to see all {events.length}.</EmptyState>
      ) : (
        <EventList events={matching} />
      )}
    </ErrorBoundary>
  );
}

function matches(event: RunEvent, words: string): boolean {
  if (!words) return true;
  return `${event.type} ${event.step ?? ""} ${eventSentence(event)}`.toLowerCase().includes(words);
}

/** Scrolls in itself; stays at the end while the reader is there, and where they are when not. */
function EventList({ events }: { events: readonly RunEvent[] }) {
  const [shown, setShown] = useState(windowSize);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [events]);
  const visible = events.slice(-shown);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Events"
      className="max-h-[70dvh] overflow-y-auto rounded-lg border bg-surface"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {visible.length < events.length && (
        <div className="border-b p-2 text-center">
          <Button size="small" onClick={() => setShown(shown + windowSize)}>
            Show earlier events
          </Button>
        </div>
      )}
      <ol>
        {visible.map((event) => (
          <EventRow key={event.seq} event={event} />
        ))}
      </ol>
    </div>
  );
}

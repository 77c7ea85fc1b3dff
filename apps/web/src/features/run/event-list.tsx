import type { RunEvent } from "@longhaul/kit";
import { Fragment, useLayoutEffect, useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { useMinute } from "../../lib/clock.js";
import { formatDay } from "../../lib/format.js";
import { EventRow } from "./event-row.js";

const windowSize = 300;

const dayOf = (event: RunEvent | undefined): string | undefined => event && formatDay(Date.parse(event.at));

/** Scrolls in itself; stays at the end while the reader is there, and where they are when not. */
export function EventList({ events }: { events: readonly RunEvent[] }) {
  const today = formatDay(useMinute());
  const [shown, setShown] = useState(windowSize);
  // Of the first row, while the reader is not at the end: what comes in below takes nothing away above.
  const [held, setHeld] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const below = useRef<number | null>(null);
  const from = firstShown(events, held, shown);
  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [events]);
  // What was put above the reader pushes nothing out of sight.
  useLayoutEffect(() => {
    if (box.current && below.current !== null)
      box.current.scrollTop = box.current.scrollHeight - below.current;
    below.current = null;
  }, [from]);
  function showEarlier(): void {
    if (box.current) below.current = box.current.scrollHeight - box.current.scrollTop;
    setShown(shown + windowSize);
    setHeld(events[Math.max(0, from - windowSize)]?.seq ?? null);
  }
  // A clock alone tells the moment of what is all of today.
  const allToday = dayOf(events[0]) === today;
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Events"
      className="max-h-[70dvh] overflow-y-auto rounded-lg border bg-surface"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        setHeld(atEnd.current ? null : (held ?? events[from]?.seq ?? null));
      }}
    >
      {from > 0 && (
        <div className="border-b p-2 text-center">
          <Button size="small" onClick={showEarlier}>
            Show earlier events
          </Button>
        </div>
      )}
      <ol>
        {events.slice(from).map((event, index) => {
          const day = allToday ? undefined : dayOf(event);
          const begins = !allToday && (index === 0 || day !== dayOf(events[from + index - 1]));
          return (
            <Fragment key={event.seq}>
              {begins && (
                <li className="sticky top-0 z-10 border-b bg-sunken px-3 py-1 text-sm text-ink-soft">
                  {day}
                </li>
              )}
              <EventRow event={event} />
            </Fragment>
          );
        })}
      </ol>
    </div>
  );
}

function firstShown(events: readonly RunEvent[], held: number | null, shown: number): number {
  const last = Math.max(0, events.length - shown);
  if (held === null) return last;
  const index = events.findIndex(({ seq }) => seq >= held);
  return index === -1 ? last : index;
}

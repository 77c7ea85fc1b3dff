import type { RunEvent } from "@longhaul/kit";
import { memo, useState } from "react";
import { JsonView } from "../../components/ui/json-view.js";
import { cn } from "../../lib/cn.js";
import { formatClock, formatExact } from "../../lib/format.js";
import { type EventGroup, eventSentence, groupOf } from "./event-sentence.js";

const inks: Record<EventGroup, string> = {
  run: "font-medium",
  step: "",
  progress: "text-ink-soft",
  log: "text-ink-soft",
  problem: "text-bad",
};

/** One event as a line; its raw JSON is one click away. */
export const EventRow = memo(function EventRow({ event }: { event: RunEvent }) {
  const [open, setOpen] = useState(false);
  const time = Date.parse(event.at);
  return (
    <li data-seq={event.seq} className="@container border-b last:border-b-0">
      <details open={open} onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary className="grid list-none grid-cols-[2.5rem_4.5rem_minmax(0,1fr)] items-baseline gap-x-2 px-3 py-1.5 -outline-offset-2 hover:bg-sunken/60 @lg:grid-cols-[2.5rem_4.5rem_9rem_minmax(0,1fr)] [&::-webkit-details-marker]:hidden">
          <span className="text-right font-mono text-sm text-ink-soft">{event.seq}</span>
          <time dateTime={event.at} title={formatExact(time)} className="font-mono text-sm text-ink-soft">
            {formatClock(time)}
          </time>
          <code className="truncate font-mono text-sm text-ink-soft hidden @lg:block">{event.type}</code>
          <span className={cn("min-w-0 break-words", inks[groupOf(event)])}>{eventSentence(event)}</span>
        </summary>
        {open && (
          <div className="px-3 pb-3">
            <JsonView value={event} label={`Event ${event.seq}`} />
          </div>
        )}
      </details>
    </li>
  );
});

import { cn } from "../../lib/cn.js";
import { formatDuration } from "../../lib/format.js";
import { type Bar, type Row, ticksOf, type Timeline } from "./bars.js";
import { looks } from "./looks.js";

const mostTicks = 6;

/** A row for each checkpoint under one axis of time since the run was asked for. */
export function Chart({ timeline }: { timeline: Timeline }) {
  const { from, to, rows, attempts } = timeline;
  const length = to - from;
  const at = (time: number): string => `${((time - from) / length) * 100}%`;
  return (
    <div className="rounded-lg border bg-surface">
      <div aria-hidden className="grid border-b @xl:grid-cols-[12rem_minmax(0,1fr)]">
        <p className="px-3 py-1.5 text-sm text-ink-soft">Since the start</p>
        <div className="relative mx-4 h-7 @max-xl:mt-1">
          {ticksOf(length / 1000, mostTicks).map((second) => (
            <span
              key={second}
              className="absolute top-1.5 -translate-x-1/2 text-sm whitespace-nowrap text-ink-soft tabular-nums first:translate-x-0"
              style={{ left: at(from + second * 1000) }}
            >
              {second === 0 ? "0" : formatDuration(second)}
            </span>
          ))}
        </div>
      </div>
      <ul className="py-1">
        {rows.map((row) => (
          <TimelineRow key={row.key} row={row} from={from} at={at} attempts={attempts} />
        ))}
      </ul>
    </div>
  );
}

interface TimelineRowProps {
  row: Row;
  from: number;
  at: (time: number) => string;
  attempts: Timeline["attempts"];
}

function TimelineRow({ row, from, at, attempts }: TimelineRowProps) {
  return (
    <li className="grid items-center gap-y-0.5 py-0.5 hover:bg-sunken/60 @xl:grid-cols-[12rem_minmax(0,1fr)]">
      <code className="truncate px-3 font-mono text-sm" title={row.label}>
        {row.label}
      </code>
      <div className="relative mx-4 h-5">
        {attempts.map(({ at: time, attempt }) => (
          <span
            key={attempt}
            aria-hidden
            title={`Attempt ${attempt}`}
            className="absolute -inset-y-0.5 border-l border-dashed border-line-strong"
            style={{ left: at(time) }}
          />
        ))}
        <ol>
          {row.bars.map((bar, index) => (
            <BarMark key={index} bar={bar} from={from} at={at} />
          ))}
        </ol>
      </div>
    </li>
  );
}

function BarMark({ bar, from, at }: { bar: Bar; from: number; at: (time: number) => string }) {
  const { word, style } = looks[bar.kind];
  const begin = formatDuration((bar.from - from) / 1000);
  const what = bar.kind === "waiting" ? bar.label : `${bar.label}: ${word.toLowerCase()}`;
  const text = `${what}, ${formatDuration((bar.to - bar.from) / 1000)}, from ${begin} on`;
  return (
    <li
      title={text}
      data-bar={bar.kind}
      className={cn("forced-color-adjust-none absolute inset-y-0.5 min-w-[3px] rounded-sm", style)}
      style={{ left: at(bar.from), width: `calc(${at(bar.to)} - ${at(bar.from)})` }}
    >
      <span className="sr-only">{text}</span>
    </li>
  );
}

import { useNow } from "../../lib/clock.js";
import { formatDuration, formatExact, formatRelative } from "../../lib/format.js";

/** A moment as "5 minutes ago"; date, time and zone on hover. `at` is ISO 8601. */
export function TimeAgo({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(time)} className={className}>
      {formatRelative(time, now)}
    </time>
  );
}

interface DurationProps {
  from: string;
  /** Absent: still going on. */
  to?: string | null;
}

/** The time between two moments, or since one. */
export function Duration({ from, to }: DurationProps) {
  return to ? <>{between(from, Date.parse(to))}</> : <RunningDuration from={from} />;
}

function RunningDuration({ from }: { from: string }) {
  return <span className="tabular-nums">{between(from, useNow())}</span>;
}

function between(from: string, to: number): string {
  const seconds = Math.max(0, (to - Date.parse(from)) / 1000);
  return formatDuration(seconds);
}

import type { ColumnProfile, ColumnType } from "../../result.js";
import { histogram, quantile } from "./histogram.js";
import type { NumberStats } from "./number-stats.js";
import type { TextStats } from "./text-stats.js";

const quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];
const topValues = 20;
const day = 86_400_000;

interface ColumnFacts {
  readonly name: string;
  readonly type: ColumnType;
  readonly nulls: number;
}

export function textProfile({ name, type, nulls }: ColumnFacts, stats: TextStats): ColumnProfile {
  const { count, frequencies } = stats;
  return {
    name,
    type,
    count,
    nulls,
    distinct: { count: Math.min(frequencies.distinct, count), exact: frequencies.exact },
    min: null,
    max: null,
    mean: null,
    stddev: null,
    quantiles: null,
    top: { maxError: frequencies.maxError, values: certain(stats.top(topValues), frequencies.maxError) },
    histogram: null,
    length:
      count === 0
        ? null
        : { min: stats.minLength, max: stats.maxLength, mean: rounded(stats.totalLength / count) },
  };
}

export function numberProfile({ name, type, nulls }: ColumnFacts, stats: NumberStats): ColumnProfile {
  const { count, frequencies } = stats;
  const show = shower(type);
  const finite = (value: number) => (count > 0 && Number.isFinite(value) ? show(value) : null);
  const top = stats.top(topValues).map(({ value, count }) => ({
    value: type === "boolean" ? value === 1 : show(value),
    count,
  }));
  return {
    name,
    type,
    count,
    nulls,
    distinct: { count: Math.min(frequencies.distinct, count), exact: frequencies.exact },
    min: finite(stats.min),
    max: finite(stats.max),
    mean: finite(type === "date" || type === "datetime" ? Math.round(stats.mean) : rounded(stats.mean)),
    stddev: stats.stddev === null ? null : rounded(stats.stddev),
    top: { maxError: frequencies.maxError, values: certain(top, frequencies.maxError) },
    length: null,
    ...spread(type, stats, show),
  };
}

function spread(type: ColumnType, stats: NumberStats, show: (value: number) => number | string) {
  if (type === "boolean" || stats.count === 0) return { quantiles: null, histogram: null };
  const weighted = stats.weighted();
  const { exact } = stats;
  const unit = type === "integer" ? 1 : type === "date" ? day : 0;
  const bars = histogram(weighted, stats.min, stats.max, unit);
  return {
    quantiles: { exact, points: quantiles.map((at) => ({ at, value: show(quantile(weighted, at)) })) },
    histogram: { exact, edges: bars.edges.map(show), counts: bars.counts },
  };
}

/** Milliseconds as the texts that dates are shown as; other numbers as they are. */
function shower(type: ColumnType): (value: number) => number | string {
  if (type === "date") return (value) => new Date(value).toISOString().slice(0, -14);
  if (type === "datetime") return (value) => new Date(value).toISOString();
  return (value) => value;
}

/** Only values that were surely counted: those whose count exceeds what it may be off by. */
function certain<T extends { count: number }>(values: T[], maxError: number): T[] {
  return values.filter(({ count }) => count > maxError);
}

/** Twelve significant digits: sums of doubles carry noise beyond them. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

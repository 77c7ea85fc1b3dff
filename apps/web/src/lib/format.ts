const integers = new Intl.NumberFormat("en");
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });
const clockTime = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const day = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });

export const formatInteger = (value: number): string => integers.format(value);

/** Whole numbers in full, others with six significant digits; the very large and very small in scientific notation. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(3);
  return Number.isInteger(value) ? integers.format(value) : precise.format(value);
}

/** For an axis: 12.5K, 3M. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.01) return value.toExponential(1);
  return size < 1000 ? precise.format(Number(value.toPrecision(3))) : short.format(value);
}

/** `fraction` is 0..1. Something that is there never reads as 0 %, something that is missing never as 100 %. */
export function formatPercent(fraction: number): string {
  if (fraction > 0 && fraction < 0.001) return "< 0.1%";
  if (fraction < 1 && fraction > 0.999) return "99.9%";
  return percents.format(fraction);
}

/** Progress, 0..1, as whole per cent rounded down: 100 % means done. */
export const formatProgress = (fraction: number): string => `${Math.floor(fraction * 100 + 1e-9)}%`;

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** In powers of 1024, as limits are set and as file managers show sizes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** "850 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const total = Math.round(seconds);
  if (total < 3600) return join(Math.floor(total / 60), "min", total % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return join(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(seconds / 3600);
  return join(Math.floor(hours / 24), "d", hours % 24, "h");
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const spans = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "just now", "in a moment", "5 minutes ago", "yesterday"; older than 30 days: the date. Times in ms. */
export function formatRelative(time: number, now: number): string {
  const seconds = (time - now) / 1000;
  if (seconds > 2 && seconds < 10) return "in a moment";
  if (Math.abs(seconds) < 10) return "just now";
  if (Math.abs(seconds) > 30 * 86_400)
    return new Date(time).toLocaleDateString("en", { dateStyle: "medium" });
  for (const [unit, size] of spans) {
    if (Math.abs(seconds) >= size) return relative.format(whole(seconds / size), unit);
  }
  return relative.format(whole(seconds), "second");
}

/** What has passed in full; what is to come to the nearest: "in 7 days" at once after a week was promised. */
const whole = (count: number): number => (count < 0 ? Math.trunc(count) : Math.round(count));

/** Date, time and zone in full, for the hover text. */
export const formatExact = (time: number): string => exact.format(time);

/** 14:03:09, for lists in which all is of one day. */
export const formatClock = (time: number): string => clockTime.format(time);

/** "Sun, Nov 22, 2026", where {@link formatClock} alone does not tell. */
export const formatDay = (time: number): string => day.format(time);

/** The first part of a UUID, enough to tell runs apart by eye. */
export const shortId = (id: string): string => id.slice(0, 8);

/** "3 rows", "1 row". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatInteger(count)} ${count === 1 ? one : many}`;
}

/** "maxRejectedShare" as "Max rejected share". */
export function humanize(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is under way says so by three dots, which what is over, or has not begun, goes without. */
export const settled = (label: string): string => label.replace(/\.{3}$/, "");

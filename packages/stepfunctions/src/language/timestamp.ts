const SHAPE = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an ISO-8601 date-time with offset, or undefined for anything else. */
export function parseTimestamp(text: string): number | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "00"] = match;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const rightDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
  if (!rightDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const fraction = (match[7] ?? "0").padEnd(3, "0").slice(0, 3);
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}${match[8]}`);
  return Number.isNaN(at) ? undefined : at;
}

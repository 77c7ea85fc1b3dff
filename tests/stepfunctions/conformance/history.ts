import type { HistoryEvent } from "./case.js";
import { differences, opened } from "./compare.js";
import { isRecord, recordedValue } from "./json.js";

/** `eventsOrder` of a case in which the order of some events is chance. */
export const INTERLEAVED = "concurrent-branches-may-interleave";

/** An event of GetExecutionHistory in the form of the corpus. */
export function recordedEvent(event: object): HistoryEvent {
  const { type, id, previousEventId, timestamp: _, ...rest } = event as HistoryEvent & { timestamp: unknown };
  const members = Object.entries(rest).filter(([, details]) => details !== undefined);
  const base = { type, id, previousEventId };
  if (members.length === 0) return base;
  if (members.length > 1) return { ...base, ...Object.fromEntries(members) };
  const [[detailsKey, details]] = members as [[string, unknown]];
  return { ...base, detailsKey, details: opened(JSON.parse(JSON.stringify(details))) };
}

/**
 * Compares a history with the recorded one.
 * @param order `eventsOrder` of the case
 */
export function historyDifferences(
  actual: HistoryEvent[],
  expected: HistoryEvent[],
  order: string | undefined,
  ignore: ReadonlySet<string>,
): string[] {
  const alike = actual.map((event, index) =>
    event.details === undefined
      ? event
      : { ...event, details: openedAs(event.details, expected[index]?.details) },
  );
  const found = differences(alike, expected, ignore, "/events");
  if (found.length === 0 || order === undefined) return found;
  switch (order) {
    case INTERLEAVED:
      return [...disorder(actual), ...unmatched(actual, expected, ignore)];
    case "unordered-within-parallel":
      return withinParallel(actual, expected, ignore);
    default:
      return [`the runner does not know the order '${order}'`, ...found];
  }
}

/**
 * Whether each event follows the same kind of event as in the recording. Not a rule of the corpus: where branches
 * interleave, which of them an event follows may be chance.
 */
export function followAlike(actual: HistoryEvent[], expected: HistoryEvent[]): boolean {
  const pairs = (events: HistoryEvent[]): string[] => {
    const types = new Map(events.map(({ id, type }) => [id, type]));
    return events.map(({ type, previousEventId }) => `${types.get(previousEventId)} > ${type}`).sort();
  };
  return pairs(actual).join() === pairs(expected).join();
}

/** What is wrong with the numbers of a history, whichever way its branches interleave. */
function disorder(events: HistoryEvent[]): string[] {
  return events.flatMap(({ id, previousEventId }, index) => {
    if (id !== index + 1) return [`/events/${index}: the id ${id} should be ${index + 1}`];
    const before = Number.isInteger(previousEventId) && previousEventId >= 0 && previousEventId < id;
    return before
      ? []
      : [`/events/${index}: the previousEventId ${previousEventId} is not that of an earlier event`];
  });
}

/** Members of details that AWS sends as JSON text. */
const TEXTS = ["input", "output", "parameters"];

/**
 * Some recordings have a text that is no object opened too: where a member that AWS sends as text stands as a list or a
 * number, the engine's text is opened as well.
 */
function openedAs(actual: unknown, expected: unknown): unknown {
  if (!isRecord(actual) || !isRecord(expected)) return actual;
  const members = Object.entries(actual).map(([key, value]) => {
    const differs = TEXTS.includes(key) && typeof value === "string" && typeof expected[key] !== "string";
    return [key, differs && key in expected ? recordedValue(value) : value];
  });
  return Object.fromEntries(members);
}

/** Compares as multisets of type and details. Wildcards may fit several events: the best assignment counts. */
function unmatched(actual: HistoryEvent[], expected: HistoryEvent[], ignore: ReadonlySet<string>): string[] {
  const places = expected.map((_, index) => index);
  const { missing, extra } = assign(actual, expected, places, ignore);
  return [
    ...missing.map((index) => `/events/${index}: missing ${brief(expected[index])}`),
    ...extra.map((event) => `AWS gave no ${brief(event)}`),
  ];
}

/** Assigns events to recorded ones of the same type and details; the rest is what either side lacks. */
function assign(
  actual: HistoryEvent[],
  expected: HistoryEvent[],
  places: number[],
  ignore: ReadonlySet<string>,
): { missing: number[]; extra: HistoryEvent[] } {
  const candidates = places.map((index) =>
    actual.flatMap((event, at) => (sameContent(event, expected[index], ignore, index) ? [at] : [])),
  );
  const takenBy = new Map<number, number>();
  const place = (row: number, tried: Set<number>): boolean =>
    (candidates[row] ?? []).some((at) => {
      if (tried.has(at)) return false;
      tried.add(at);
      const holder = takenBy.get(at);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(at, row);
      return true;
    });
  const missing = places.filter((_, row) => !place(row, new Set()));
  return { missing, extra: actual.filter((_, at) => !takenBy.has(at)) };
}

function sameContent(
  actual: HistoryEvent,
  expected: HistoryEvent | undefined,
  ignore: ReadonlySet<string>,
  index: number,
): boolean {
  if (expected === undefined || actual.type !== expected.type) return false;
  const content = ({ type, detailsKey, details }: HistoryEvent): object => ({ type, detailsKey, details });
  const same = { ...actual, details: openedAs(actual.details, expected.details) };
  return differences(content(same), content(expected), ignore, `/events/${index}`).length === 0;
}

/** Ends of a Parallel, which the recording lost among the events that it sorted: their ids are left out in it. */
const LOST = ["ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateExited", "ParallelStateAborted"];

/**
 * The recording sorted the events inside a Parallel and zeroed their ids. Those outside must be as they are; those inside
 * are a multiset, to which the ends of a Parallel may come for each id that the recording leaves out.
 */
function withinParallel(
  actual: HistoryEvent[],
  expected: HistoryEvent[],
  ignore: ReadonlySet<string>,
): string[] {
  const numbered = expected.flatMap(({ id }, index) => (id === 0 ? [] : [index]));
  const outside = numbered.flatMap((index) => {
    const { id } = expected[index] as HistoryEvent;
    const event = actual.find((one) => one.id === id);
    return differences(event, expected[index], ignore, `/events/${index}`);
  });
  const last = Math.max(...numbered.map((index) => expected[index]?.id ?? 0));
  const count = actual.length === last ? [] : [`got ${actual.length} events, AWS gave ${last}`];
  const inside = actual.filter(({ id }) => !numbered.some((index) => expected[index]?.id === id));
  const sorted = expected.flatMap(({ id }, index) => (id === 0 ? [index] : []));
  const { missing, extra } = assign(inside, expected, sorted, ignore);
  return [
    ...outside,
    ...count,
    ...disorder(actual),
    ...missing.map((index) => `/events/${index}: missing ${brief(expected[index])}`),
    ...extra.filter(({ type }) => !LOST.includes(type)).map((event) => `AWS gave no ${brief(event)}`),
  ];
}

function brief(event: HistoryEvent | undefined): string {
  const { type, detailsKey, details } = event as HistoryEvent;
  const text = JSON.stringify({ type, detailsKey, details });
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

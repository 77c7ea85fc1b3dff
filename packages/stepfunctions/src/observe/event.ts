import { isObject } from "../json.js";

/** An event of an execution's history, with its details under one name. */
export interface ExecutionEvent {
  id: number;
  previousEventId: number;
  type: string;
  timestamp: Date;
  details: Record<string, unknown>;
}

/** An event as GetExecutionHistory answers it; `timestamp` in seconds since 1970. */
export function eventFromHistory(event: Record<string, unknown>): ExecutionEvent {
  const { id, previousEventId, type, timestamp, ...rest } = event;
  const [details] = Object.values(rest);
  return {
    id: Number(id),
    previousEventId: Number(previousEventId),
    type: String(type),
    timestamp: new Date(Number(timestamp) * 1000),
    details: isObject(details) ? details : {},
  };
}

/** An event as it is logged: numbers as text, `event_timestamp` in milliseconds since 1970. */
export function eventFromLog(event: Record<string, unknown>): ExecutionEvent {
  return {
    id: Number(event.id),
    previousEventId: Number(event.previous_event_id),
    type: String(event.type),
    timestamp: new Date(Number(event.event_timestamp)),
    details: isObject(event.details) ? event.details : {},
  };
}

/** Names of states in the order in which they were entered, those of branches and iterations among them. */
export function enteredStates(events: readonly ExecutionEvent[]): string[] {
  return events
    .filter(({ type }) => type.endsWith("StateEntered"))
    .map(({ details }) => String(details.name));
}

/** Names of states that were entered and not left. */
export function openStates(events: readonly ExecutionEvent[]): string[] {
  const open: string[] = [];
  for (const { type, details } of events) {
    const name = String(details.name);
    if (type.endsWith("StateEntered")) open.push(name);
    if (type.endsWith("StateExited") && open.includes(name)) open.splice(open.indexOf(name), 1);
  }
  return open;
}

interface Iteration {
  map: string;
  label: string;
}

/** Where events belong: the state, and the iterations of maps round it. */
export class EventPlaces {
  private readonly places = new Map<number, { state: string; iterations: Iteration[] }>();

  /** The place of the next event; events come in their order. */
  of({ id, previousEventId, type, details }: ExecutionEvent): { state: string; iterations: string[] } {
    const before = this.places.get(previousEventId) ?? { state: "", iterations: [] };
    const state = typeof details.name === "string" ? details.name : before.state;
    // An iteration may follow the last event of one before it: of a map, it is in one at a time.
    const inside = before.iterations.findIndex(({ map }) => map === state);
    const ofMap = type.startsWith("MapIteration") || type.startsWith("MapState");
    const iterations = ofMap && inside >= 0 ? before.iterations.slice(0, inside) : [...before.iterations];
    if (type === "MapIterationStarted")
      iterations.push({ map: state, label: `${state}[${Number(details.index)}]` });
    this.places.set(id, { state, iterations });
    return { state, iterations: iterations.map(({ label }) => label) };
  }
}

import { isObject } from "../json.js";
import { type ExecutionEvent, EventPlaces } from "../observe/event.js";
import { plain, short, type terminal } from "./terminal.js";

type Paint = typeof terminal.paint;

/** Shows events as lines for people: when, where, what. */
export class EventLines {
  private readonly places = new EventPlaces();

  /**
   * @param length of a line in characters
   */
  constructor(
    private readonly paint: Paint,
    private readonly length: number,
  ) {}

  /** What happened to states: entered, left, failed, tried again. null for what people need not see. */
  progress(event: ExecutionEvent): string | null {
    const place = this.places.of(event);
    const told = progressOf(event);
    return told === null ? null : this.line(event, [...place.iterations, place.state].join(" › "), told);
  }

  /** Every event. */
  full(event: ExecutionEvent): string {
    const { iterations, state } = this.places.of(event);
    const place = [...iterations, state].filter((part) => part !== "").join(" › ");
    const { type, details } = event;
    const style = /Failed|TimedOut|Aborted/.test(type) ? "red" : "reset";
    const told = { mark: `${event.id}`.padStart(5), style, text: `${type} ${detailText(details)}` } as const;
    return this.line(event, place, told);
  }

  private line({ timestamp }: ExecutionEvent, place: string, { mark, style, text }: Told): string {
    const time = timestamp.toISOString().slice(11, 23);
    const head = `${time}  ${mark} ${plain(place)}`;
    const room = Math.max(20, this.length - head.length - 2);
    const rest = short(text, room);
    return `${this.paint("dim", time)}  ${this.paint(style, mark)} ${this.paint("bold", plain(place))}  ${rest}`;
  }
}

interface Told {
  mark: string;
  style: "green" | "red" | "cyan" | "yellow" | "reset";
  text: string;
}

function progressOf({ type, details }: ExecutionEvent): Told | null {
  if (type.endsWith("StateEntered")) return { mark: "→", style: "cyan", text: textOf(details.input) };
  if (type.endsWith("StateExited")) return { mark: "✓", style: "green", text: textOf(details.output) };
  if (type.startsWith("Execution")) return null;
  // States and iterations that end with what failed in them would only say it again.
  if (details.error !== undefined || /TimedOut$/.test(type))
    return { mark: "✗", style: "red", text: failureText(type, details) };
  if (type === "TaskSubmitted" || type === "MapRunStarted" || type.endsWith("Redriven"))
    return { mark: "·", style: "yellow", text: type };
  return null;
}

function failureText(type: string, { error = type, cause }: Record<string, unknown>): string {
  return cause === undefined ? textOf(error) : `${textOf(error)}: ${causeText(cause)}`;
}

/** A cause for people: of all that Lambda tells of a function's error, its message. */
export function causeText(cause: unknown): string {
  try {
    const payload: unknown = JSON.parse(textOf(cause));
    if (isObject(payload) && typeof payload.errorMessage === "string") return payload.errorMessage;
  } catch {
    // Any other text.
  }
  return textOf(cause);
}

/** Inputs and outputs are JSON text already. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function detailText(details: Record<string, unknown>): string {
  const shown = Object.entries(details).filter(([name]) => name !== "name" && !name.endsWith("Details"));
  return shown.map(([name, value]) => `${name}=${textOf(value)}`).join(" ");
}

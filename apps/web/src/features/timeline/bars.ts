import type { RunEvent } from "@longhaul/kit";

/** What goes on in a span of time: a try of a step, or a wait of some kind. */
export type BarKind = "running" | "succeeded" | "failed" | "stopped" | "waiting";

export interface Bar {
  readonly kind: BarKind;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** For a person: "Try 2", "Waits to be tried again". */
  readonly label: string;
}

export interface Row {
  readonly key: string;
  readonly label: string;
  readonly bars: readonly Bar[];
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Row[];
  /** When further attempts of the run began. */
  readonly attempts: readonly { readonly at: number; readonly attempt: number }[];
}

interface OpenBar {
  readonly from: number;
  readonly label: string;
  readonly waiting: boolean;
}

/**
 * A run's log as bars: one row for the run's own waits, and one for each checkpoint in the order of its beginning. What has not
 * ended goes on until `now`, in ms.
 */
export function timelineOf(events: readonly RunEvent[], now: number): Timeline {
  const writer = new Writer();
  for (const event of events) writer.read(event);
  const last = events.at(-1);
  const ended = last !== undefined && /^run\.(succeeded|failed|cancelled|timed_out)$/.test(last.type);
  // The log of a run that has ended may be on its way still, and the clock here may be behind the server's.
  const lastAt = last ? Date.parse(last.at) : now;
  const to = ended ? lastAt : Math.max(now, lastAt);
  const from = events[0] ? Date.parse(events[0].at) : now;
  return { from, to: Math.max(to, from + 1), rows: writer.finish(to, ended), attempts: writer.attempts };
}

class Writer {
  readonly attempts: { at: number; attempt: number }[] = [];
  readonly #rows = new Map<string, { label: string; bars: Bar[]; open: OpenBar | null }>();

  read(event: RunEvent): void {
    const at = Date.parse(event.at);
    if (event.step !== null) return this.#readStep(event, event.step, at);
    if (event.type === "run.retried") this.attempts.push({ at, attempt: event.attempt });
    switch (event.type) {
      case "run.queued":
      case "run.retried":
        return this.#open("run", "The run", { from: at, label: "Waits for its turn", waiting: true });
      case "run.started":
      case "run.waiting":
        return this.#close("run", at, "waiting");
      case "run.failed":
      case "run.cancelled":
      case "run.timed_out":
      case "run.succeeded":
        for (const key of this.#rows.keys()) this.#close(key, at, "stopped");
        return;
      default:
        return;
    }
  }

  #readStep({ type, itemPath, visit, data }: RunEvent, step: string, at: number): void {
    const key = `${step} ${itemPath ?? ""} ${visit ?? 0}`;
    const label = `${step}${itemPath ? `[${itemPath}]` : ""}${visit ? ` #${visit + 1}` : ""}`;
    const number = typeof data["try"] === "number" ? data["try"] : 1;
    switch (type) {
      case "step.started":
      case "compensation.started":
        this.#close(key, at, "waiting");
        return this.#open(key, label, { from: at, label: `Try ${number}`, waiting: false });
      case "step.retrying":
        this.#close(key, at, "failed");
        return this.#open(key, label, { from: at, label: "Waits to be tried again", waiting: true });
      case "step.succeeded":
      case "compensation.done":
        return this.#close(key, at, "succeeded");
      case "step.failed":
        return this.#close(key, at, "failed");
      case "approval.requested":
        return this.#open(key, label, { from: at, label: "Waits for a decision", waiting: true });
      case "approval.decided":
        return this.#close(key, at, "waiting");
      default:
        return;
    }
  }

  #open(key: string, label: string, open: OpenBar): void {
    const row = this.#rows.get(key) ?? { label, bars: [], open: null };
    this.#rows.set(key, { ...row, open });
  }

  #close(key: string, to: number, kind: BarKind): void {
    const row = this.#rows.get(key);
    if (!row?.open) return;
    const { from, label, waiting } = row.open;
    row.bars.push({ from, to, label, kind: waiting ? "waiting" : kind });
    row.open = null;
  }

  finish(to: number, ended: boolean): Row[] {
    for (const key of this.#rows.keys()) this.#close(key, to, ended ? "stopped" : "running");
    return [...this.#rows].map(([key, { label, bars }]) => ({ key, label, bars }));
  }
}

const niceSteps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400,
];

/** Seconds since the beginning at which the axis is labelled: round ones, at most `most` of them. */
export function ticksOf(seconds: number, most: number): number[] {
  const step = niceSteps.find((one) => seconds / one <= most) ?? Math.ceil(seconds / most / 86_400) * 86_400;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) =>
    Number((index * step).toFixed(1)),
  );
}

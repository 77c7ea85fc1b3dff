// What is delivered to the watchers, and what that takes.
import type { Subject } from "./subject.js";

/** Events of the steady part in a second, to all watchers together. */
const aSecond = 500;
/** Runs that one transaction of the steady part writes to, and one of the event to all. */
const slice = { steady: 5, all: 50 };

const parts = ["server", "postgres", "watchers", "writer"] as const;

export interface Measured {
  deliveries: number;
  /** CPU of the server's process, and of Postgres for it, in microseconds. */
  serverMicros: number;
  postgresMicros: number;
  /** Milliseconds from the write to the watcher, one for each delivery. */
  latencies: readonly number[];
  /** CPU of everything, in microseconds, and how much of it there was. */
  used: Record<(typeof parts)[number] | "machine" | "available", number>;
}

/** Adds up what was measured one after another. */
export function together(rounds: readonly Measured[]): Measured {
  const sum = (of: (round: Measured) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const used = Object.fromEntries(
    [...parts, "machine" as const, "available" as const].map((part) => [
      part,
      sum((round) => round.used[part]),
    ]),
  ) as Measured["used"];
  return {
    deliveries: sum((round) => round.deliveries),
    serverMicros: sum((round) => round.serverMicros),
    postgresMicros: sum((round) => round.postgresMicros),
    latencies: rounds.flatMap((round) => round.latencies),
    used,
  };
}

/** Events for a while, each into a run of its own. */
export function steady(subject: Subject, runs: readonly string[], seconds: number): Promise<Measured> {
  const deliveries = aSecond * seconds;
  return measured(subject, deliveries, async () => {
    if (subject.kind === "bare") return subject.server.tell({ type: "trickle", deliveries, aSecond });
    const began = performance.now();
    const writing: Promise<void>[] = [];
    for (let written = 0; written < deliveries; written += slice.steady) {
      const due = began + (written / aSecond) * 1000;
      const early = due - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      const from = Math.floor(Math.random() * (runs.length - slice.steady));
      writing.push(subject.cloud.write(runs.slice(from, from + slice.steady)));
    }
    await Promise.all(writing);
  });
}

/** One event into every run, again and again until there are at least so many deliveries. */
export async function toAll(
  subject: Subject,
  runs: readonly string[],
  deliveries: number,
): Promise<Measured> {
  const rounds: Measured[] = [];
  while (rounds.length * runs.length < deliveries) {
    const round = await measured(subject, runs.length, async () => {
      if (subject.kind === "bare") return subject.server.tell({ type: "burst" });
      await subject.cloud.write(runs, slice.all);
    });
    rounds.push(round);
  }
  return together(rounds);
}

async function measured(
  subject: Subject,
  deliveries: number,
  work: () => Promise<void> | void,
): Promise<Measured> {
  const heard = subject.load.hears("delivered");
  // Before the snapshot, to which the watchers answer: so they count by the time that the server begins.
  subject.load.tell({ type: "begin", deliveries });
  const before = await subject.snapshot();
  await work();
  const { latencies } = await heard;
  const after = await subject.snapshot();
  const spent = (of: (typeof parts)[number] | "application") => after[of] - before[of];
  return {
    deliveries,
    serverMicros: spent("server"),
    postgresMicros: spent("application"),
    latencies,
    used: {
      server: spent("server"),
      postgres: spent("postgres"),
      watchers: spent("watchers"),
      writer: spent("writer"),
      machine: (after.machine.busy - before.machine.busy) * 1000,
      available: (after.machine.all - before.machine.all) * 1000,
    },
  };
}

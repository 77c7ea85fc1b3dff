import type { Subject } from "./subject.js";

/** How long each phase of a measurement lasts, in ms. */
export interface Phases {
  warmUp: number;
  /** How many executions the warm-up has at least, however long they take. */
  warmUpCount?: number;
  together: number;
  alone: number;
}

export interface Figures {
  /** Executions a second with `inFlight` of them under way. */
  rate: number;
  /** CPU time of the subject's own process for one execution, in ms. */
  cpu: number;
  /** The same of other processes, by what they are. */
  cpuOfOthers: Readonly<Record<string, number>>;
  /** Median and 99th percentile of one execution with nothing else under way, in ms. */
  p50: number;
  p99: number;
}

/** Warms the subject up, then measures it with many executions at once, then with one at a time. */
export async function measure(
  subject: Subject,
  phases: Phases,
  inFlight: number,
  cpuOfOthers: () => Readonly<Record<string, number>> = () => ({}),
): Promise<Figures> {
  let next = 0;
  const during = async (
    ms: number,
    workers: number,
    least = 0,
  ): Promise<{ done: number; ms: number; took: number[] }> => {
    const began = performance.now();
    const took: number[] = [];
    const work = async (): Promise<void> => {
      while (performance.now() - began < ms || took.length < least) {
        const start = performance.now();
        await subject.run(next++);
        took.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    return { done: took.length, ms: performance.now() - began, took };
  };
  await during(phases.warmUp, inFlight, phases.warmUpCount);
  const othersBefore = cpuOfOthers();
  const before = process.cpuUsage();
  const together = await during(phases.together, inFlight);
  const { user, system } = process.cpuUsage(before);
  const others = Object.entries(cpuOfOthers());
  await during(phases.alone / 4, 1);
  const alone = (await during(phases.alone, 1)).took.sort((a, b) => a - b);
  return {
    rate: (together.done / together.ms) * 1000,
    cpu: (user + system) / 1000 / together.done,
    cpuOfOthers: Object.fromEntries(
      others.map(([name, ms]) => [name, (ms - (othersBefore[name] ?? 0)) / together.done]),
    ),
    p50: alone[alone.length >> 1] ?? Number.NaN,
    p99: alone[Math.floor(alone.length * 0.99)] ?? Number.NaN,
  };
}

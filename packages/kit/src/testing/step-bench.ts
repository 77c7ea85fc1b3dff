import type { Json } from "../json.js";
import type { Notification, RunError } from "../run.js";
import { runErrorOf } from "../failure.js";
import {
  type Clock,
  type LeaseAnswer,
  type LeaseRequest,
  type Logger,
  type ObjectStore,
  type StepEvent,
  type StepStore,
  stepHandler,
} from "../runtime/index.js";
import { defineStep, implement, type Step, type StepContext } from "../step/index.js";
import { z } from "zod";

export const run = "5f0c1c0e-7d0b-4b53-8f5b-0d7b3c1f9a10";
export const fileId = "7d3c9a52-61a3-4c8e-9d2b-0d7b3c1f9a11";
const step = defineStep({
  name: "CountWords",
  stage: "count",
  input: z.object({ text: z.string() }),
  output: z.object({ words: z.number(), pad: z.string().optional() }),
  timeoutSeconds: 60,
  retry: { maxAttempts: 2, intervalSeconds: 1, backoffRate: 2, maxDelaySeconds: 10 },
});
export const payload = {
  run,
  attempt: 1,
  correlationId: "c-1",
  state: "CountWords",
  itemPath: "",
  visit: 0,
  input: { text: "one two" },
};

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  #now = Date.parse("2026-01-01T00:00:00.000Z");
  #due: { at: number; callback: () => void }[] = [];

  now = () => this.#now;

  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.#now + milliseconds, callback };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  };

  /** Time that passes while nothing is done: what falls due meanwhile is late. */
  block(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settled();
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
    await settled();
  }
}

/** Lets every promise go on that can go on without time passing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

/** One checkpoint, one lease, as the port says. */
class MemoryStore implements StepStore {
  fence = 0;
  tries = 0;
  generation = 0;
  /** What a compensation is given. */
  undone: Json = null;
  asked: LeaseRequest[] = [];
  cancelRequested = false;
  ended: "cancelled" | "ended" | "stale_attempt" | null = null;
  holder: number | null = null;
  done: { output: Json; completedAt: string } | null = null;
  events: StepEvent[] = [];
  failures: { error: RunError; willRetry: boolean; retryAt: string | null }[] = [];
  texts: { name: string; offset: number; text: string }[] = [];
  calls: string[] = [];
  deliveries: Notification[] = [];
  records: { name: string; args: Json }[] = [];
  /** What calls of records are answered with, when they are refused. */
  refusal: { kind: "refused"; code: string; message: string } | null = null;
  artifacts: { id: string; size: number; sha256: string }[] = [];
  /** The next calls of these methods reject. */
  down = new Map<string, number>();

  #called(name: string): void {
    this.calls.push(name);
    const left = this.down.get(name) ?? 0;
    if (left > 0) {
      this.down.set(name, left - 1);
      throw new Error("connection refused");
    }
  }

  #held = (fence: number) => ({ held: this.holder === fence });

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    this.#called("lease");
    this.asked.push(request);
    if (this.done) return { kind: "done", ...this.done };
    if (this.ended) return { kind: "ended", reason: this.ended };
    if (this.holder !== null) return { kind: "busy", retryAfterMs: 500 };
    this.fence += 1;
    this.tries += 1;
    this.holder = this.fence;
    const context = {
      organisationId: fileId,
      name: "A run",
      priority: "normal",
      startedBy: null,
      correlationId: "c-1",
    } as const;
    const { fence, tries, generation } = this;
    const undone = request.undoes == null ? {} : { input: this.undone };
    return { kind: "acquired", fence, try: tries, generation, context, ...undone };
  }

  async renew({ fence }: { fence: number }) {
    this.#called("renew");
    return { ...this.#held(fence), cancelRequested: this.cancelRequested };
  }

  async check({ fence }: { fence: number }) {
    this.#called("check");
    return { ...this.#held(fence), cancelRequested: this.cancelRequested };
  }

  async append({ fence, events }: { fence: number; events: readonly StepEvent[] }) {
    this.#called("append");
    if (this.holder === fence) this.events.push(...events);
    return { ...this.#held(fence), cancelRequested: this.cancelRequested };
  }

  async succeed(write: { fence: number; output: Json; events: readonly StepEvent[] }) {
    this.#called("succeed");
    if (this.holder !== write.fence) return { held: false } as const;
    this.events.push(...write.events);
    this.done = { output: write.output, completedAt: "2026-01-01T00:00:09.000Z" };
    this.holder = null;
    return { held: true, completedAt: this.done.completedAt } as const;
  }

  async fail(write: Parameters<StepStore["fail"]>[0]) {
    this.#called("fail");
    if (this.holder !== write.fence) return { held: false };
    this.events.push(...write.events);
    const { error, willRetry, retryAt } = write;
    this.failures.push({ error, willRetry, retryAt });
    this.holder = null;
    return { held: true };
  }

  async stream({ fence, name, offset, text }: { fence: number; name: string; offset: number; text: string }) {
    this.#called("stream");
    if (this.holder === fence) this.texts.push({ name, offset, text });
    return { ...this.#held(fence), cancelRequested: this.cancelRequested };
  }

  async createArtifact({ fence, name }: { fence: number; name: string }) {
    return this.holder === fence ? { id: fileId, path: `org/${fileId}/${name}` } : null;
  }

  async finishArtifact({
    fence,
    id,
    size,
    sha256,
  }: {
    fence: number;
    id: string;
    size: number;
    sha256: string;
  }) {
    this.artifacts.push({ id, size, sha256 });
    return this.#held(fence);
  }

  async openArtifact({ id }: { id: string }) {
    const name = "in.txt";
    return id === fileId ? { name, contentType: "text/plain", size: 7, path: `org/${id}/${name}` } : null;
  }

  async recordDelivery({
    delivery,
  }: {
    fence: number;
    delivery: Omit<Notification, "id" | "runId" | "createdAt">;
  }) {
    this.deliveries.push({ ...delivery, id: fileId, runId: run, createdAt: "2026-01-01T00:00:00.000Z" });
    return { held: true };
  }

  async callRecord({ fence, name, args }: { fence: number; name: string; args: Json }) {
    this.#called("callRecord");
    if (this.holder !== fence) return { kind: "lost" } as const;
    this.records.push({ name, args });
    return this.refusal ?? ({ kind: "answered", answer: { number: this.records.length } } as const);
  }

  async findDelivery() {
    return this.deliveries[0] ?? null;
  }
}

class MemoryObjects implements ObjectStore {
  readonly files = new Map<string, Buffer>();
  reads = 0;

  async get(path: string, { start = 0 }: { start?: number }) {
    this.reads += 1;
    const file = this.files.get(path);
    return file ? (new Blob([file.subarray(start)]).stream() as ReadableStream<Uint8Array>) : null;
  }

  async put(path: string, _: string, body: AsyncIterable<Uint8Array>) {
    const chunks = [];
    for await (const chunk of body) chunks.push(chunk);
    this.files.set(path, Buffer.concat(chunks));
  }
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

interface BenchOptions {
  readonly input?: Step["input"];
  readonly remainingMs?: number;
  readonly retryAfter?: Step["retryAfter"];
  readonly logger?: Logger;
}

export type Handle = (input: { text: string }, ctx: StepContext) => Promise<unknown>;

/** A step's handler over stores in memory and a clock that stands still. */
export function bench(
  handle: Handle,
  { remainingMs = 60_000, retryAfter = null, logger = quiet, input = step.input }: BenchOptions = {},
) {
  const store = new MemoryStore();
  const objects = new MemoryObjects();
  const clock = new ManualClock();
  const handler = stepHandler(
    implement({ ...step, retryAfter, input }, handle as () => Promise<{ words: number }>),
    {
      store,
      objects,
      logger,
      clock,
      simulation: false,
    },
  );
  const end = clock.now() + remainingMs;
  const lambda = { awsRequestId: "r-1", getRemainingTimeInMillis: () => end - clock.now() };
  const invoke = (sent: unknown = payload) => handler(sent, lambda);
  return { store, objects, clock, invoke };
}

/** How an invocation failed: the name that a machine matches, and the run error that comes back from it. */
export async function failing(invocation: Promise<unknown>) {
  const error = await invocation.then(
    () => {
      throw new Error("The step did not fail.");
    },
    (thrown: Error) => thrown,
  );
  const cause = JSON.stringify({ errorType: error.name, errorMessage: error.message });
  return { name: error.name, ...runErrorOf({ error: error.name, cause }) };
}

export const words: Handle = async ({ text }) => ({ words: text.split(" ").length });
export const onAbort = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

/** A promise that the test resolves. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

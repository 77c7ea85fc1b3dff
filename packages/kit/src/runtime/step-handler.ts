import { createHash } from "node:crypto";
import type { Json } from "../json.js";
import type { StepArtifacts, StepConnections, StepContext, StepImplementation } from "../step/step.js";
import { stepArtifacts } from "./artifacts.js";
import {
  ended,
  failure,
  failureOf,
  type StepFailure,
  stopped,
  thrownAs,
  treatmentOf,
  withRetryAfter,
} from "./failures.js";
import { Journal } from "./journal.js";
import { LeaseKeeper, leaseSeconds } from "./lease-keeper.js";
import { checkedOutput, parsedBy } from "./output.js";
import { type StepPayload, stepPayloadSchema } from "./payload.js";
import { type Clock, type Logger, type ObjectStore, systemClock } from "./ports.js";
import type { LeaseAnswer, StepKey, StepLease, StepStore } from "./step-store.js";
import { noConnections } from "./no-connections.js";
import { stepRecords } from "./records.js";
import { callStore } from "./store-calls.js";
import { TextStreams } from "./text-streams.js";

/** A duplicate gives up waiting for the holder when this little is left of its own time. */
const busyMarginMs = 3_000;
/** How long a handler has to end by itself after the signal. At a deadline there is no more time. */
const graceMs = { cancelled: 5_000, lease_lost: 5_000, timed_out: 500 } as const;

export interface StepHandlerOptions {
  readonly store: StepStore;
  readonly objects: ObjectStore;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Told of each invocation when it is over: what metrics count. */
  readonly observe?: (observation: StepObservation) => void;
  /** Whether the environment has the capability SIMULATION. */
  readonly simulation: boolean;
  /** Binds the connections for one invocation, by the right of its step; without it a step has none. */
  readonly connections?: (step: Pick<StepContext, "records" | "signal">) => StepConnections;
}

/** How an invocation of a step ended. */
export interface StepObservation {
  readonly run: string;
  readonly attempt: number;
  readonly step: string;
  /** "answered" from the checkpoint; else what became of the handler, or why it was not called. */
  readonly outcome: "succeeded" | "answered" | StepFailure["kind"];
  readonly milliseconds: number;
}

/** What the handler needs of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
  readonly awsRequestId: string;
}

/** What a Task gets back. `completedAt` is the checkpoint's time (ISO 8601), also when answered from it. */
export interface StepResult {
  readonly output: Json;
  readonly completedAt: string;
}

export type StepHandler = (payload: unknown, lambda: LambdaContext) => Promise<StepResult>;

/**
 * Makes a Lambda handler of a step. A step that has succeeded answers from its checkpoint; a duplicate
 * of one that is running waits for it. Failures are thrown under the names that machines match
 * (FatalError, RetryableError, RetryAfter, StepFailed, StepTimedOut, StepCancelled, StepLeaseLost, StepBusy,
 * StepStoreFailed), with the run error as JSON in the message.
 */
export function stepHandler(implementation: StepImplementation, options: StepHandlerOptions): StepHandler {
  const { name } = implementation.step;
  return async (payload, lambda) => {
    const parsed = stepPayloadSchema.safeParse(payload);
    if (!parsed.success) {
      const message = `${name} was called with a malformed payload.`;
      throw thrownAs(failure("fatal", "PAYLOAD_INVALID", name, message, parsed.error));
    }
    const called = parsed.data.compensation ?? parsed.data.state;
    if (called !== name) {
      throw thrownAs(
        failure("fatal", "PAYLOAD_INVALID", name, `${name} was called for the state "${called}".`),
      );
    }
    return new Invocation(implementation, options, parsed.data, lambda).run();
  };
}

type Acquired = Extract<LeaseAnswer, { kind: "acquired" }>;

class Invocation {
  readonly #implementation: StepImplementation;
  readonly #store: StepStore;
  readonly #options: StepHandlerOptions;
  readonly #clock: Clock;
  readonly #payload: StepPayload;
  readonly #lambda: LambdaContext;
  readonly #name: string;
  readonly #bindings: object;
  #outcome: StepObservation["outcome"] = "succeeded";
  #tookTooLong: StepFailure | null = null;
  /** Its own checkpoint's. One compensation may serve several states: it is "Refund(Charge)". */
  readonly #key: StepKey;

  constructor(
    implementation: StepImplementation,
    options: StepHandlerOptions,
    payload: StepPayload,
    lambda: LambdaContext,
  ) {
    this.#implementation = implementation;
    this.#store = options.store;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#payload = payload;
    this.#lambda = lambda;
    this.#name = implementation.step.name;
    const { run, attempt, correlationId, itemPath, visit } = payload;
    const state = payload.compensation === undefined ? this.#name : `${this.#name}(${payload.state})`;
    this.#key = { run, state, itemPath, visit };
    const { awsRequestId: requestId } = lambda;
    this.#bindings = { run, attempt, correlationId, step: this.#name, itemPath, visit, requestId };
  }

  run(): Promise<StepResult> {
    const { observe } = this.#options;
    return observe ? this.#observed(observe) : this.#answer();
  }

  #observed(observe: (observation: StepObservation) => void): Promise<StepResult> {
    const { run, attempt } = this.#payload;
    const from = this.#clock.now();
    return this.#answer().finally(() => {
      const milliseconds = this.#clock.now() - from;
      observe({ run, attempt, step: this.#name, outcome: this.#outcome, milliseconds });
    });
  }

  async #answer(): Promise<StepResult> {
    const { answer, askedAt } = await this.#lease();
    switch (answer.kind) {
      case "done":
        this.#outcome = "answered";
        return { output: answer.output, completedAt: answer.completedAt };
      case "ended":
        throw this.#thrown(ended(answer.reason, this.#name));
      case "busy":
        throw this.#thrown(failure("busy", "STEP_BUSY", this.#name, `${this.#name} is already being run.`));
      case "acquired":
        return this.#hold(answer, askedAt);
    }
  }

  /** Asks until the lease is free, the step is done, or too little time is left. */
  async #lease(): Promise<{ answer: LeaseAnswer; askedAt: number }> {
    const { attempt, input, state, compensation } = this.#payload;
    const { stage } = this.#implementation.step;
    const owner = this.#lambda.awsRequestId;
    const undoes = compensation === undefined ? null : state;
    const request = { ...this.#key, attempt, input, stage, undoes, owner, leaseSeconds };
    for (;;) {
      let askedAt = 0;
      const answer = await this.#stored(() => {
        askedAt = this.#clock.now();
        return this.#store.lease(request);
      });
      if (answer.kind !== "busy") return { answer, askedAt };
      if (this.#lambda.getRemainingTimeInMillis() - answer.retryAfterMs < busyMarginMs)
        return { answer, askedAt };
      await this.#pause(Math.max(50, Math.min(1_000, answer.retryAfterMs)));
    }
  }

  async #hold(answer: Acquired, askedAt: number): Promise<StepResult> {
    const lease: StepLease = { key: this.#key, fence: answer.fence };
    const store = this.#store;
    const { logger } = this.#options;
    const base = { clock: this.#clock, logger, bindings: this.#bindings };
    const remainingMs = this.#lambda.getRemainingTimeInMillis();
    const keeper = new LeaseKeeper({ ...base, store, lease, remainingMs, askedAt });
    const journal = new Journal({
      ...base,
      append: (events) => store.append({ ...lease, events }),
      seen: (leaseState) => keeper.seen(leaseState),
    });
    const streams = new TextStreams({
      ...base,
      send: (piece) => store.stream({ ...lease, ...piece }),
      seen: (leaseState) => keeper.seen(leaseState),
    });
    try {
      if (keeper.late) await this.#stored(() => keeper.renew());
      if (keeper.stopped)
        return await this.#fail(lease, failureOf(null, this.#name, keeper.stopped), answer.try, journal);
      const context = this.#context(lease, answer, { keeper, journal, streams });
      const outcome = await this.#handle(answer.input ?? this.#payload.input, context, keeper);
      if ("failed" in outcome && outcome.failed.kind === "timed_out") this.#tookTooLong = outcome.failed;
      const streamed = streams.close();
      if (streamed) await this.#stored(() => streamed);
      return "output" in outcome
        ? await this.#succeed(lease, outcome.output, journal)
        : await this.#fail(lease, outcome.failed, answer.try, journal);
    } finally {
      keeper.close();
    }
  }

  #context(
    lease: StepLease,
    { try: tries, context: run, generation }: Acquired,
    { keeper, journal, streams }: { keeper: LeaseKeeper; journal: Journal; streams: TextStreams },
  ): StepContext {
    const store = this.#store;
    const { objects, simulation, connections = noConnections } = this.#options;
    const records = stepRecords(store, lease, keeper);
    let artifacts: StepArtifacts | undefined;
    // What most handlers do not look at is made when one does.
    return {
      run: {
        id: lease.key.run,
        organisationId: run.organisationId,
        name: run.name,
        priority: run.priority,
      },
      startedBy: run.startedBy,
      attempt: this.#payload.attempt,
      try: tries,
      correlationId: run.correlationId,
      get signal() {
        return keeper.signal;
      },
      log: journal.log,
      progress: (fraction, message) => journal.progress(fraction, message),
      stream: (name) => streams.open(name),
      get artifacts() {
        artifacts ??= stepArtifacts(store, objects, lease, keeper);
        return artifacts;
      },
      deliveries: {
        find: () => store.findDelivery({ key: lease.key }),
        async record(delivery) {
          const { held } = await store.recordDelivery({ ...lease, delivery });
          if (!held) keeper.lose();
        },
      },
      records,
      get connections() {
        return connections({ records, signal: keeper.signal });
      },
      get idempotencyKey() {
        return idempotencyKey(lease.key, generation);
      },
      simulation,
    };
  }

  /** Runs the handler to its end, or past the signal as long as its grace lasts. */
  async #handle(
    given: Json,
    context: StepContext,
    keeper: LeaseKeeper,
  ): Promise<{ output: Json } | { failed: StepFailure }> {
    const { step } = this.#implementation;
    const input = parsedBy(step.input, given);
    if ("unreadable" in input) {
      const message = `${this.#name} was given input that it cannot read.`;
      return { failed: failure("fatal", "STEP_INPUT_INVALID", this.#name, message, input.unreadable) };
    }
    try {
      const running = (async () => this.#implementation.run(input.data, context))();
      running.catch(() => {});
      return checkedOutput(step, await Promise.race([running, this.#graceOver(keeper)]));
    } catch (thrown) {
      const failed = failureOf(thrown, this.#name, keeper.stopped);
      // The run's error has no room for where it was thrown, and nobody else will say it.
      if (failed.kind === "unknown")
        this.#options.logger.error({ ...this.#bindings, err: thrown }, "The handler threw.");
      return { failed: withRetryAfter(failed, thrown, step, context.try, this.#clock.now()) };
    }
  }

  #graceOver(keeper: LeaseKeeper): Promise<never> {
    return new Promise((_, reject) => {
      keeper.onStop((stop) => void this.#clock.after(graceMs[stop.reason], () => reject(stop)));
    });
  }

  async #succeed(lease: StepLease, output: Json, journal: Journal): Promise<StepResult> {
    const events = await this.#closed(journal);
    const stored = await this.#stored(() => this.#store.succeed({ ...lease, output, events }));
    if (!stored.held) throw this.#thrown(stopped("lease_lost", this.#name));
    return { output, completedAt: stored.completedAt };
  }

  async #fail(lease: StepLease, failed: StepFailure, tries: number, journal: Journal): Promise<never> {
    const events = await this.#closed(journal);
    const { retried, recorded } = treatmentOf(failed.kind);
    if (recorded) {
      const willRetry = retried && tries <= this.#implementation.step.retry.maxAttempts;
      const { error, retryAt = null } = failed;
      await this.#stored(() => this.#store.fail({ ...lease, error, willRetry, retryAt, events }));
    }
    throw this.#thrown(failed);
  }

  #stored<T>(call: () => Promise<T>): Promise<T> {
    const message = `The state of ${this.#name} could not be stored.`;
    return callStore(call, {
      ...{ clock: this.#clock, logger: this.#options.logger, bindings: this.#bindings },
      remainingMs: () => this.#lambda.getRemainingTimeInMillis(),
      // The store is not to blame for the little time that a handler has left it, and its failures are tried again many more times.
      failed: (cause) =>
        this.#thrown(this.#tookTooLong ?? failure("store", "STEP_STORE_FAILED", this.#name, message, cause)),
    });
  }

  /** What is left to be written with the step's end; a batch may be on its way. */
  #closed(journal: Journal): ReturnType<Journal["close"]> {
    const closed = journal.close();
    return Array.isArray(closed) ? closed : this.#stored(() => closed);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(milliseconds, resolve);
    });
  }

  #thrown(failed: StepFailure): Error {
    this.#outcome = failed.kind;
    this.#options.logger.warn({ ...this.#bindings, error: failed.error }, `The step ended: ${failed.kind}.`);
    return thrownAs(failed);
  }
}

/** A step that was undone and is done anew is another request; before that the key is the same for each repeat. */
function idempotencyKey({ run, state, itemPath, visit }: StepKey, generation: number): string {
  return createHash("sha256")
    .update(JSON.stringify([run, state, itemPath, visit, ...(generation > 0 ? [generation] : [])]))
    .digest("hex");
}

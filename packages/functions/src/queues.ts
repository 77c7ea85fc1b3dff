import type { EventSourceSpec, QueueSpec, TopicSpec } from "./specs.js";

/** Starts what comes through the queues. */
export const runConsumer = "longhaul-run-consumer";
/** Ends the runs that nobody could start. */
export const deadLetterConsumer = "longhaul-dead-letters";

/** The consumer's, too: AWS refuses a queue whose messages reappear while they are being worked on. */
export const consumerTimeoutSeconds = 15;

export const runsTopic = {
  name: "longhaul-runs",
  description: "Runs of the queued lane that may start.",
} as const;

/** Where admitted runs of the queued lane are published. */
export const topics: readonly [TopicSpec] = [runsTopic];

/** One queue for each priority, so that a crowd of standard runs does not stand in the way of the others. */
export const queues: readonly QueueSpec[] = (["standard", "priority"] as const).map((priority) => ({
  name: `${runsTopic.name}-${priority}`,
  deadLetters: `${runsTopic.name}-${priority}-dead-letters`,
  maxReceives: 3,
  visibilityTimeoutSeconds: 6 * consumerTimeoutSeconds,
  subscription: { topic: runsTopic.name, filter: { priority: [priority] } },
}));

/** What the queues' messages start. */
export const eventSources: readonly EventSourceSpec[] = queues.flatMap(({ name, deadLetters }) => [
  { queue: name, target: runConsumer, batchSize: 10, windowSeconds: 0, maxConcurrency: 2 },
  { queue: deadLetters, target: deadLetterConsumer, batchSize: 10, windowSeconds: 0, maxConcurrency: 2 },
]);

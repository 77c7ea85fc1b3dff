import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";
import { Faults } from "./faults.js";
import { messageOperations } from "./message-operations.js";
import { moveOperations } from "./move-operations.js";
import { MoveTasks } from "./move-tasks.js";
import type { Call, Operation } from "./operations.js";
import { queueOperations } from "./queue-operations.js";
import { Queues } from "./queues.js";
import { QueueStore } from "./store.js";

const operations = new Map<string, Operation>(
  Object.entries({ ...queueOperations, ...messageOperations, ...moveOperations }),
);

/** SQS on disk: standard queues. */
export interface Sqs {
  /** The operation of a name, or undefined where there is none. */
  operation(
    name: string,
  ): ((input: unknown, caller: Pick<Call, "baseUrl" | "signal">) => Promise<object>) | undefined;
  readonly queues: Queues;
  readonly faults: Faults;
  close(): Promise<void>;
}

const expiryMs = 60_000;

/** Opens the queues in a folder, which is made if it is missing. */
export async function openSqs(
  options: Account & { readonly folder: string; readonly logger: Logger; readonly maxInFlight?: number },
): Promise<Sqs> {
  const { folder, logger, accountId } = options;
  const store = await QueueStore.open(folder);
  const faults = new Faults();
  const queues = new Queues({ ...options, store, faults });
  const tasks = new MoveTasks(queues, store, logger);
  const clock = setInterval(() => {
    queues.expire().catch((error: unknown) => logger.error("Old messages could not be deleted.", { error }));
  }, expiryMs);
  clock.unref();
  return {
    queues,
    faults,
    operation(name) {
      const run = operations.get(name);
      return run && ((input, caller) => run(input, { queues, tasks, accountId, ...caller }));
    },
    async close() {
      clearInterval(clock);
      queues.close();
      await tasks.close();
      await store.close();
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Queue, Worker } from "bullmq";
import { check, inFlight, type Place, type Subject, slowStepMs, type Survive, step } from "../subject.js";

interface Data {
  n: number;
  done: number;
}

function connect(url: string) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), maxRetriesPerRequest: null };
}

/** One job an execution, as its documentation keeps the steps of a job: the step reached is saved after each. */
async function five(job: Job<Data>): Promise<{ n: number }> {
  for (let done = job.data.done; done < 5; done += 1) {
    const { n } = await step(job.data);
    await job.updateData({ n, done: done + 1 });
  }
  return { n: job.data.n };
}

export async function open({ url }: Place): Promise<Subject> {
  const connection = connect(url);
  const queue = new Queue<Data>("five", { connection });
  const ends = new Map<string, (result: { n: number }) => void>();
  const worker = new Worker<Data, { n: number }>("five", five, { connection, concurrency: inFlight });
  worker.on("completed", (job, result) => {
    ends.get(String(job.id))?.(result);
    ends.delete(String(job.id));
  });
  await worker.waitUntilReady();
  return {
    async run(n) {
      const jobId = `${process.pid}-${n}`;
      const ended = new Promise<{ n: number }>((resolve) => ends.set(jobId, resolve));
      await queue.add("five", { n, done: 0 }, { jobId });
      check(n, await ended);
    },
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}

export const survive: Survive = async ({ url }, resumed, began) => {
  const connection = connect(url);
  const queue = new Queue("slow", { connection });
  if (!resumed) await queue.add("slow", {});
  await new Promise<void>((resolve) => {
    const work = async (): Promise<void> => {
      began();
      await sleep(slowStepMs);
    };
    new Worker("slow", work, { connection }).on("completed", () => resolve());
  });
};

// What an invocation costs on the way through the local Lambda, with a handler that does nothing: CPU time of the service
// and of its worker processes, so many invocations in flight, over so many functions.
//   node dist/lambda/main.js [in flight] [functions] [invocations]
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startAws } from "@longhaul/local";

const [inFlight = 50, functionCount = 5, count = 20_000] = process.argv.slice(2).map(Number);
const handler = "export const handler = async (event) => ({ output: event.input, completedAt: null });";
const payload = JSON.stringify({
  ...{ run: crypto.randomUUID(), attempt: 1, correlationId: "bench", state: "Step", itemPath: "", visit: 0 },
  input: { number: 1, text: 'hello "world"', list: [1, 2, 3, 4] },
});

/** CPU time of the processes that this one has started, in microseconds, and how many there are. */
async function children(): Promise<{ micros: number; processes: number }> {
  let micros = 0;
  let processes = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[1]) !== process.pid) continue;
    // utime and stime, in hundredths of a second
    micros += (Number(fields[11]) + Number(fields[12])) * 10_000;
    processes += 1;
  }
  return { micros, processes };
}

const dataDir = await mkdtemp(join(tmpdir(), "longhaul-bench-"));
await writeFile(join(dataDir, "handler.mjs"), handler);
const functions = Array.from({ length: functionCount }, (_, place) => ({
  ...{ name: `function-${place}`, entry: pathToFileURL(join(dataDir, "handler.mjs")), environment: {} },
  ...{ memoryMb: 512, timeoutSeconds: 60, databaseRole: null, permissions: [], managesRuns: false },
  ...{ concurrency: 64, reservedConcurrency: null, host: null },
}));
const aws = await startAws({
  ...{ dataDir, port: 0, host: "127.0.0.1", region: "us-east-1", accountId: "000000000000" },
  ...{ functions, rules: [], environment: () => ({}) },
  logger: { info: () => {}, warn: console.warn, error: console.error },
});

/** As executions do: each calls the functions one after the other. */
async function run(invocations: number): Promise<void> {
  let left = invocations;
  const execution = async () => {
    for (let place = 0; left > 0; place += 1) {
      left -= 1;
      const functionName = aws.lambda.arn(`function-${place % functionCount}`);
      const { functionError, payload: answer } = await aws.lambda.invoke({ functionName, payload });
      if (functionError !== undefined) throw new Error(answer);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, execution));
}

await run(Math.min(count, 5_000));
const [before, from, at] = [await children(), process.cpuUsage(), performance.now()];
await run(count);
const [seconds, own, after] = [(performance.now() - at) / 1_000, process.cpuUsage(from), await children()];
const service = (own.user + own.system) / count;
const workers = (after.micros - before.micros) / count;
console.log(
  `${inFlight} in flight, ${after.processes} processes: ${Math.round(count / seconds)} invocations/s; ` +
    `${service.toFixed(0)} us of CPU in the service and ${workers.toFixed(0)} us in the workers for each`,
);
await aws.close();
await rm(dataDir, { recursive: true });

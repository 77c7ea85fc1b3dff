// The engine that is killed: `node engine.mjs DATA_DIR`. Prints a line of JSON for its port, for each task token that a
// function was handed, and for each execution that has ended. Functions behave by their event alone, never by memory.
import { createServer } from "node:http";
import { openStepFunctions } from "@longhaul/stepfunctions";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const functions = {
  echo: (event) => event,
  double: ({ n }) => ({ n: n * 2 }),
  /** Fails until it has been retried `fails` times. */
  flaky({ n, fails, retry }) {
    if (retry < fails) throw Object.assign(new Error(`try ${retry} of ${fails}`), { name: "Broken" });
    return { n: n + 1 };
  },
  /** Hands a task token on to whoever answers it. */
  ask({ token, key }) {
    say({ token, key });
    return {};
  },
};

async function lambda({ functionName, payload }) {
  const event = JSON.parse(payload);
  const answer = { statusCode: 200, executedVersion: "$LATEST" };
  await new Promise((resolve) => setTimeout(resolve, ((event.n ?? 0) * 7) % 40));
  try {
    return { ...answer, payload: JSON.stringify(functions[functionName](event)) };
  } catch ({ name, message }) {
    const error = { errorType: name, errorMessage: message };
    return { ...answer, payload: JSON.stringify(error), functionError: "Unhandled" };
  }
}

// Whoever drills it may die as well: it does not outlive them.
process.stdin.on("end", () => process.exit(1)).resume();

const engine = await openStepFunctions({
  dataDir: process.argv[2],
  region: "us-east-1",
  accountId: "000000000000",
  lambda,
  async onStatusChange({ executionArn, status }) {
    if (status !== "RUNNING") say({ ended: executionArn, status });
  },
});
const server = createServer((request, response) => void engine.handleHttp(request, response));
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));

// An engine in a process of its own, to be killed: `node child.mjs DATA_DIR`. Prints a line of JSON for its port, and for
// each execution that ends. The function "work" adds one to its number, and fails at every third call.
import { createServer } from "node:http";
import { openStepFunctions } from "@longhaul/stepfunctions";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let calls = 0;

async function lambda({ payload }) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  calls += 1;
  const answer = { statusCode: 200, executedVersion: "$LATEST" };
  if (calls % 3 === 0) return { ...answer, payload: '{"errorType":"Broken"}', functionError: "Unhandled" };
  return { ...answer, payload: JSON.stringify({ n: JSON.parse(payload).n + 1 }) };
}

async function onStatusChange({ executionArn, status }) {
  if (status !== "RUNNING") say({ ended: executionArn, status });
}

try {
  const engine = await openStepFunctions({
    dataDir: process.argv[2],
    region: "us-east-1",
    accountId: "000000000000",
    lambda,
    onStatusChange,
  });
  const server = createServer((req, res) => void engine.handleHttp(req, res));
  server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
} catch (error) {
  say({ refused: error.name, message: error.message });
}

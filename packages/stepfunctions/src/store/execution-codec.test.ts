import { expect, test } from "vitest";
import { executionOf, executionText } from "./execution-codec.js";
import type { ExecutionRow } from "./store.js";

const row: ExecutionRow = {
  number: 7,
  arn: "arn:aws:states:us-east-1:000000000000:execution:machine:name",
  name: "name",
  machineId: "id",
  machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
  versionArn: null,
  aliasArn: null,
  type: "STANDARD",
  revisionId: "revision",
  region: 2,
  roleArn: "arn:aws:iam::000000000000:role/role",
  machineName: "machine",
  testCase: "Happy",
  mapRun: { number: 1, arn: "arn", index: 3, items: 2 },
  startedBy: "4:5",
  traceHeader: null,
  input: '{"a":1}',
  startedAt: 5,
  status: "FAILED",
  stoppedAt: 9,
  output: null,
  error: "Broken",
  cause: "",
  redriveCount: 1,
  redrivenAt: 8,
};

test("a row comes back as it was", () => {
  expect(executionOf(executionText(row))).toStrictEqual(row);
  // Required, so that a new member has to be written here, and is then missed if the codec does not know it.
  const more: Required<ExecutionRow> = { ...row, sync: true, redriveTokens: [{ token: "mine", at: 8 }] };
  expect(executionOf(executionText(more))).toStrictEqual(more);
});

import { expect, it } from "vitest";
import { eachMessage, type QueueDelivery } from "./queue-batch.js";

const run = (at: number) => `00000000-0000-4000-8000-00000000000${at}`;
const record = (at: number, body = JSON.stringify({ runId: run(at), attempt: 1 })) => ({
  messageId: `m${at}`,
  body,
  attributes: { ApproximateReceiveCount: "2" },
});

function logger() {
  const warnings: object[] = [];
  const warn = (fields: object) => void warnings.push(fields);
  return { warnings, info: () => {}, warn, error: () => {} };
}

it("reports the messages that failed, and only those", async () => {
  const handled: QueueDelivery[] = [];
  const log = logger();
  const answer = await eachMessage({ Records: [record(1), record(2), record(3)] }, log, async (delivery) => {
    if (delivery.runId === run(2)) throw new Error("throttled");
    handled.push(delivery);
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m2" }] });
  expect(handled).toEqual([
    { runId: run(1), attempt: 1, messageId: "m1", receives: 2 },
    { runId: run(3), attempt: 1, messageId: "m3", receives: 2 },
  ]);
  expect(log.warnings).toMatchObject([{ messageId: "m2", receives: 2 }]);
});

it.each(["{", "null", '{"runId":"x","attempt":1}', `{"runId":"${run(1)}","attempt":0}`])(
  "fails %s, which is no message of ours",
  async (body) => {
    const handle = () => expect.unreachable();
    const answer = await eachMessage({ Records: [record(1, body)] }, logger(), handle);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
  },
);

it("refuses an event that is not SQS's", async () => {
  await expect(eachMessage({ detail: {} }, logger(), async () => {})).rejects.toThrow();
});

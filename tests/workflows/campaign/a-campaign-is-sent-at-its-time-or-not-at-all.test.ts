import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { reconcile } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useAws } from "../env.js";
import { openProductWorld, type ProductWorld } from "../product-world.js";

const hour = 3_600_000;
const twinId = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";
let world: ProductWorld;
let provider: Server;
/** Whom a message has reached. */
const reached: string[] = [];
let answer: (to: string) => number = () => 200;

beforeAll(async () => {
  provider = createServer((request, response) => {
    void text(request).then((body) => {
      const [to = ""] = (JSON.parse(body) as { Destination: { ToAddresses: string[] } }).Destination
        .ToAddresses;
      const status = answer(to);
      if (status === 200) reached.push(to);
      response.writeHead(status, {
        "content-type": "application/json",
        "x-amzn-errortype": "LimitExceededException",
      });
      response.end(
        JSON.stringify(status === 200 ? { MessageId: `m-${reached.length}` } : { message: "Slower." }),
      );
    });
  }).listen(0, "127.0.0.1");
  await once(provider, "listening");
  useAws(`http://127.0.0.1:${(provider.address() as AddressInfo).port}`);
  world = await openProductWorld({ workflow: "campaign" });
  // What twins say of drafts has tests of its own.
  world.replace("Prepare", async (input) => ({
    company: { company: "Seeds", industry: "", audience: "", tone: "friendly" },
    interests: ["beans"],
    orders: [{ segment: { name: "Gardeners", description: "" }, channel: "EMAIL", variant: 1 }],
    sendAt: (input as { sendAt?: string }).sendAt ?? new Date().toISOString(),
  }));
  world.replace("React", async () => ({ reactions: [], score: 50 }));
});
beforeEach(() => {
  reached.length = 0;
  answer = () => 200;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  provider.closeAllConnections();
  provider.close();
});

const addresses = ["ada@example.com", "ben@example.com", "zoe@example.com"];

async function begun(over: object = {}): Promise<string> {
  const runId = await world.start({
    ...{
      name: "Spring",
      goal: "Order seeds before March",
      channels: ["EMAIL"],
      twinIds: [twinId],
      draftBudget: 1,
    },
    segments: [{ name: "Gardeners" }],
    recipients: addresses.map((address) => ({ segment: "Gardeners", address })),
    ...over,
  });
  await world.send();
  return runId;
}

async function asked(over: object = {}) {
  const runId = await begun(over);
  await world.until(runId, ({ status }) => status === "waiting");
  const [approval] = await world.approvalsOf(runId);
  return { runId, approvalId: approval!.id };
}

const message = {
  segment: "Gardeners",
  channel: "EMAIL",
  variant: 1,
  subject: "Beans",
  body: "They are in.",
};
const approve = (approvalId: string) =>
  world.decide(approvalId, { approved: true, messages: [message], note: "" });
const inHours = (hours: number) => new Date(world.clock.now() + hours * hour).toISOString();
/** The machine has heard of the decision. */
const waitsForItsTime = (runId: string) => world.until(runId, ({ status }) => status === "running");

test("approved before its time it waits, and is sent then, to each once", async () => {
  const { runId, approvalId } = await asked({ sendAt: inHours(6) });
  await approve(approvalId);
  await waitsForItsTime(runId);
  world.clock.forward(5 * hour);
  expect(reached).toEqual([]);
  expect((await world.run(runId)).finishedAt).toBeNull();
  world.clock.forward(hour + 1_000);
  const run = await world.ended(runId);
  expect(run).toMatchObject({
    status: "succeeded",
    output: { outcome: "sent", summary: { sent: 3, failed: 0 } },
  });
  expect(reached.toSorted()).toEqual(addresses);
});

test("cancelled while a person is asked, nothing is sent, and nobody can approve it any more", async () => {
  const { runId, approvalId } = await asked();
  await world.cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  await expect(approve(approvalId)).rejects.toMatchObject({ code: "RUN_ENDED" });
  await world.send();
  await reconcile(world.deps);
  expect(reached).toEqual([]);
  expect(world.invoked.filter((step) => step === "SumUp")).toHaveLength(1);
});

test("cancelled while it waits for its time, nothing is sent when that comes", async () => {
  const { runId, approvalId } = await asked({ sendAt: inHours(6) });
  await approve(approvalId);
  await waitsForItsTime(runId);
  await world.cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  world.clock.forward(7 * hour);
  await reconcile(world.deps);
  expect(reached).toEqual([]);
  // Tried again after all, it is sent as it was approved: the decision and the time that has passed stand.
  await world.retry(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", output: { summary: { sent: 3 } } });
  expect(reached.toSorted()).toEqual(addresses);
});

test("nobody decides within a week: it ends without sending, and says so", async () => {
  const { runId, approvalId } = await asked();
  world.clock.forward(7 * 24 * hour + 1_000);
  const run = await world.ended(runId);
  expect(run).toMatchObject({
    status: "succeeded",
    output: { outcome: "rejected", byDefault: true, sendings: [], summary: { sent: 0 } },
  });
  await expect(approve(approvalId)).rejects.toMatchObject({
    code: expect.stringMatching(/APPROVAL_|RUN_ENDED/) as string,
  });
  expect(reached).toEqual([]);
});

test("a provider that is busy in the middle is asked again for those who have nothing yet", async () => {
  let busy = 2;
  answer = (to) => (to.startsWith("ben") && busy-- > 0 ? 429 : 200);
  const { runId, approvalId } = await asked();
  await approve(approvalId);
  expect(await world.ended(runId)).toMatchObject({
    status: "succeeded",
    output: { summary: { sent: 3, failed: 0, uncertain: 0 } },
  });
  expect(reached.toSorted()).toEqual(addresses);
});

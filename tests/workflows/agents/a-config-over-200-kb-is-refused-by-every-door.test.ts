import { TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiWorld, openApiWorld } from "../../api/api-world.js";

const kinds = ["simulation", "panel", "discussion"] as const;
let world: ApiWorld;
beforeAll(async () => {
  // Nothing is to be started: where it would have to be is no matter.
  const arn = "arn:aws:states:us-east-1:000000000000:stateMachine:longhaul-none:1";
  world = await openApiWorld({}, { STATE_MACHINES: Object.fromEntries(kinds.map((kind) => [kind, arn])) });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Twenty-five agents, each within its own limits, who together have more to say than a run takes. */
const agents = Array.from({ length: 25 }, (_, at) => ({
  name: `Agent ${String.fromCharCode(65 + at)}`,
  role: "Neighbour",
  position: "x".repeat(8_000),
}));
const config = (kind: string) => ({
  ...{ topic: "The street", agents, rounds: 2 },
  ...(kind === "simulation" && { quantities: [{ name: "Fish", start: 1, min: 0, max: 9, mostChange: 1 }] }),
});
const sentence = /^The input has 20[0-9] kB; the most is 200 kB\./;

async function post(path: string, body: unknown) {
  const answer = await fetch(`${world.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.ours.operator.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

describe.each(kinds)("%s", (kind) => {
  it("by tRPC", async () => {
    const client = world.clients.http(world.ours.operator);
    const starting = client.workflows[kind].start.mutate({ input: config(kind) as never });
    await expect(starting).rejects.toThrow(TRPCClientError);
    await expect(starting).rejects.toMatchObject({
      ...{ message: expect.stringMatching(sentence) as string, data: { httpStatus: 413 } },
    });
  });

  it("by the path of workflows, and by the one that task queues had", async () => {
    for (const answer of [
      await post(`/api/workflows/${kind}/runs`, { input: config(kind) }),
      await post("/api/tasks", { type: kind, config: config(kind) }),
    ]) {
      expect(answer).toMatchObject({ status: 413 });
      expect(answer.text).toContain("the most is 200 kB");
    }
  });
});

it("leaves no run behind", async () => {
  const [row] = await world.admin.sql<{ n: number }[]>`select count(*)::int as n from longhaul.runs`;
  expect(row!.n).toBe(0);
});

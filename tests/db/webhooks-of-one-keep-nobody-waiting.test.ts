import { randomUUID } from "node:crypto";
import { asCaller, asDispatcher, webhooks } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import { sealedSomehow } from "../support/keys.js";
import type { Tenant } from "../support/tenants.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** So many webhooks of an organisation, each with so many messages that are due. */
async function due({ organisationId, people }: Tenant, hooks: number, messages: number): Promise<string[]> {
  return asCaller(world.api, people.admin, async (tx) => {
    const ids: string[] = [];
    for (let hook = 0; hook < hooks; hook += 1) {
      const id = randomUUID();
      await webhooks.save(tx, {
        ...{ organisationId, id, name: `Slow ${hook}`, url: "https://example.org/" },
        ...{ kinds: ["run.failed"], workflows: [], active: true, secret: sealedSomehow },
      });
      for (let message = 0; message < messages; message += 1) await webhooks.test(tx, { organisationId, id });
      ids.push(id);
    }
    return ids;
  });
}

test("an organisation whose receivers are all slow leaves room for the messages of others", async () => {
  const slow = await due(world.ours, 20, 6);
  const [other] = await due(world.theirs, 1, 1);
  const take = () =>
    asDispatcher(world.api, (tx) => webhooks.take(tx, { limit: 32, holdSeconds: 40, most: 4 }));
  const taken = await take();
  expect(taken.map(({ webhook }) => webhook)).toContain(other);
  expect(taken.filter(({ webhook }) => slow.includes(webhook))).toHaveLength(8);
  // What is on its way counts, whoever sends it.
  expect(await take()).toEqual([]);
  const [first] = taken.filter(({ webhook }) => slow.includes(webhook));
  await webhooks.note(world.dispatcher, {
    ...{ id: first!.id, attempts: first!.attempts, delivered: true, gone: false, responseStatus: 200 },
    ...{ response: "", error: null, durationMs: 9_000, retrySeconds: null },
  });
  expect(await take()).toHaveLength(1);
});

import { connect, type Database } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LivesWorld, openLivesWorld } from "./lives-world.js";
import { importResult } from "./scripted-steps.js";

let world: LivesWorld;
let server: Database;
beforeAll(async () => {
  world = await openLivesWorld();
  const url = new URL(world.database.adminUrl);
  url.pathname = "/postgres";
  server = connect(url.href, { max: 1 });
});
afterAll(async () => {
  await server.close();
  await world[Symbol.asyncDispose]();
});

/** Copies a database as it is at this moment; its sessions end, and whoever signs in meanwhile is sent away again. */
async function copy(from: string, to: string): Promise<void> {
  const inUse = "55006";
  await expect
    .poll(
      async () => {
        await server.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${from}`;
        return server.sql.unsafe(`create database "${to}" template "${from}"`).then(
          () => "copied",
          (error: { code: string }) => (error.code === inUse ? "in use" : error),
        );
      },
      { interval: 20 },
    )
    .toBe("copied");
}

/** A step that begins, and does not end before it is let go. */
function holding() {
  let begin = () => {};
  let letGo = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const step = async () => {
    begin();
    await released;
  };
  return { begun, letGo: () => letGo(), step };
}

const statusOf = async (runId: string) => (await world.run(runId)).status;

test("what was under way ends, what had ended since ends at once, and what is no more does no harm", async () => {
  const [processing, telling, tellingLost] = [holding(), holding(), holding()];
  world.handle("ProcessData", async () => {
    await processing.step();
    return importResult;
  });
  world.handle("SendNotification", async (input) => {
    const { importName } = input as { importName: string };
    if (importName === "under way") await telling.step();
    if (importName === "lost") await tellingLost.step();
    return { status: "sent", channel: "EMAIL", recipient: "a***" };
  });
  const underWay = await world.go({ name: "under way" });
  await processing.begun;
  const queued = await world.start({ name: "queued" });
  const { name } = world.database;
  await copy(name, `${name}-backup`);

  // An hour goes by.
  await expect.poll(() => statusOf(queued)).toBe("queued");
  const lost = await world.start({ name: "lost" });
  processing.letGo();
  await world.send();
  expect(await world.ended(queued)).toMatchObject({ status: "succeeded" });
  await Promise.all([telling.begun, tellingLost.begun]);
  const toldBefore = world.calls("SendNotification");

  await server.sql.unsafe(`drop database "${name}" with (force)`);
  await copy(`${name}-backup`, name);
  await server.sql.unsafe(`drop database "${name}-backup"`);
  await expect.poll(() => statusOf(queued)).toBe("queued");
  expect((await world.stepsOf(underWay)).map(({ step }) => step)).toEqual(["ProcessData"]);

  await world.send();
  expect(await world.run(queued)).toMatchObject({ status: "succeeded", output: { rowsRead: 2 } });
  telling.letGo();
  tellingLost.letGo();
  expect(await world.ended(underWay)).toMatchObject({ status: "succeeded", output: { rowsRead: 2 } });
  // What it did after the backup nobody knows of: the step that was at work is done again, the one before is not.
  expect(world.calls("SendNotification")).toBe(toldBefore + 1);
  expect(world.calls("ProcessData")).toBe(3);
  for (const runId of [underWay, queued]) {
    const log = await world.log(runId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  }

  await expect(world.run(lost)).rejects.toThrow("there is no run");
  const endOfLost = () =>
    world.events.find((event) => event.name === `${lost}-1` && event.status !== "RUNNING");
  await expect.poll(() => endOfLost()?.error).toBe("RUN_ENDED");
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNSClient } from "@aws-sdk/client-sns";
import { eventSources, functions, queues, runsTopic, topics } from "@longhaul/functions/manifest";
import { deployQueues, type LocalAws, startAws } from "@longhaul/local";
import { dispatchQueued, requeue, type RunsDependencies, snsRunQueue } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openRunsWorld, type RunsWorld } from "../runs/runs-world.js";
import { aws } from "./env.js";

// The product's own topic, queues and consumers, with the engine and Postgres behind them: only the steps are scripted.
describe.skipIf(aws)("the queued lane", () => {
  let world: RunsWorld;
  let local: LocalAws;
  let sns: SNSClient;
  let dataDir: string;
  let deps: RunsDependencies;

  beforeAll(async () => {
    world = await openRunsWorld();
    dataDir = await mkdtemp(join(tmpdir(), "longhaul-lane-"));
    const engine = await world.sfn.config.endpoint!();
    const stateMachines = JSON.stringify(world.deps.stateMachines);
    const targets = new Set(eventSources.map(({ target }) => target));
    local = await startAws({
      dataDir,
      port: 0,
      host: "127.0.0.1",
      region: "us-east-1",
      accountId: "000000000000",
      functions: functions.filter(({ name }) => targets.has(name)),
      rules: [],
      environment: (_spec, url) => ({
        AWS_ENDPOINT_URL: url,
        AWS_ENDPOINT_URL_SFN: `http://${engine.hostname}:${engine.port}`,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        DATABASE_URL: world.database.dispatcherUrl,
        STATE_MACHINES: stateMachines,
        RUNS_TOPIC_ARN: local.sns.topics.arn(runsTopic.name),
      }),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
    await deployQueues({ topics, queues }, local);
    await local.eventSources.deploy(eventSources);
    local.eventSources.start();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    sns = new SNSClient({ endpoint: local.url, region: "us-east-1", credentials });
    deps = { ...world.deps, queue: snsRunQueue(sns, local.sns.topics.arn(runsTopic.name)) };
  });
  beforeEach(async () => {
    world.steps.reset();
    local.sqs.faults.duplicate("none");
    await world.admin.sql`delete from longhaul.runs`;
  });
  afterAll(async () => {
    await local.close();
    sns.destroy();
    await world[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function startQueued(priority = "normal"): Promise<string> {
    const runId = await world.start({ priority });
    await world.admin.sql`update longhaul.runs set lane = 'queued' where id = ${runId}`;
    return runId;
  }
  const starts = async (runId: string) =>
    (await world.log(runId)).filter(({ type }) => type === "run.started").length;
  const idle = () =>
    local.sqs.queues
      .list()
      .map((queue) => queue.counts(Date.now()))
      .every(({ ready, flight, delayed }) => ready + flight + delayed === 0);
  const statusIs = (runId: string, status: string) =>
    vi.waitFor(async () => expect(await world.run(runId)).toMatchObject({ status }), {
      timeout: 50_000,
      interval: 100,
    });

  it.each(["none", "at-once", "after-delete"] as const)(
    "sends a crowd of runs, each once, with deliveries doubled: %s",
    async (how) => {
      local.sqs.faults.duplicate(how);
      await world.setLimits(100, 100);
      const runIds: string[] = [];
      for (let at = 0; at < 12; at += 1) runIds.push(await startQueued(at % 3 === 0 ? "urgent" : "normal"));
      expect(await dispatchQueued(deps)).toMatchObject({ published: 12, sent: 0 });
      await Promise.all(runIds.map((runId) => world.ended(runId)));
      expect(world.steps.calls("ProcessData")).toBe(12);
      // An execution may end before its consumer has noted that it began.
      for (const runId of runIds)
        await vi.waitFor(async () => expect(await starts(runId)).toBe(1), { timeout: 20_000 });
      await vi.waitFor(() => expect(idle()).toBe(true), { timeout: 20_000 });
      for (const runId of runIds) expect(await starts(runId)).toBe(1);
    },
  );

  it("fails a run that nobody could start, and sends it when it is queued again", async () => {
    const runId = await startQueued();
    await local.eventSources.deploy([]);
    await dispatchQueued(deps);
    const [standard] = queues;
    const queue = local.sqs.queues.find(standard!.name)!;
    // Three receives that end in nothing.
    for (let at = 0; at < standard!.maxReceives; at += 1)
      await local.sqs.queues.receive(queue, { max: 1, waitMs: 5_000, visibilitySeconds: 0 });
    await local.eventSources.deploy(eventSources);
    await statusIs(runId, "failed");
    expect(await world.run(runId)).toMatchObject({ error: { code: "DEAD_LETTERED" } });
    await requeue(deps, world.caller(world.ours), { runId });
    await dispatchQueued(deps);
    await vi.waitFor(async () => expect((await world.run(runId)).status).not.toBe("queued"), {
      timeout: 30_000,
      interval: 100,
    });
    expect(world.steps.calls("ProcessData")).toBe(1);
  });
});

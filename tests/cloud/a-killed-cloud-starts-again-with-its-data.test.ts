import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { createClient } from "@supabase/supabase-js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import ws from "ws";
import { type CloudProcess, end, type Ready, startCloudProcess } from "./cloud-process.js";

let dataDir: string;
const started: CloudProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "longhaul-cloud-"));
});
afterEach(async () => {
  for (const cloud of started.splice(0)) {
    const running = cloud.child.exitCode === null && cloud.child.signalCode === null;
    if (running) await end(cloud, "SIGTERM");
  }
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<CloudProcess> {
  const cloud = await startCloudProcess(dataDir);
  started.push(cloud);
  return cloud;
}

function client({ urls }: Ready) {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  return { endpoint: urls.aws, region: "us-east-1", credentials };
}

async function signIn({ env, demo }: Ready): Promise<{ id: string; token: string }> {
  const supabase = createClient(env["SUPABASE_URL"] ?? "", env["SUPABASE_ANON_KEY"] ?? "", {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: ws as never },
  });
  const { data, error } = await supabase.auth.signInWithPassword(demo!);
  if (error) throw error;
  return { id: data.user.id, token: data.session.access_token };
}

/** The worker processes of a cloud, by their command line (Linux). */
function workersOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
        return (
          Number(fields?.[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("worker.js")
        );
      } catch {
        return false;
      }
    });
}

/** Whose processes they are, by the environment that each was started with. */
function functionsOf(workers: readonly number[]): (string | undefined)[] {
  return workers.map(
    (pid) =>
      /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1],
  );
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when nothing listens at the address any more. */
async function closed(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const open = await Promise.race([
    once(socket, "connect").then(
      () => true,
      () => false,
    ),
    once(socket, "error").then(() => false),
  ]);
  socket.destroy();
  return !open;
}

it("starts no process before somebody needs it, but after a kill the one that mends what was missed", async () => {
  const first = await start();
  expect(functionsOf(workersOf(first.child.pid!))).toEqual(["longhaul-status-changed"]);
  const stateMachineArn = JSON.parse(first.ready.env["STATE_MACHINES"] ?? "")["data-import"] as string;
  await new SFNClient(client(first.ready)).send(new StartExecutionCommand({ stateMachineArn }));
  // Its first step has a process for itself: this is for the second.
  await vi.waitUntil(() => functionsOf(workersOf(first.child.pid!)).includes("longhaul-steps"), {
    timeout: 20_000,
  });
  await end(first, "SIGKILL");

  const second = await start();
  const began = functionsOf(workersOf(second.child.pid!));
  expect(began).toContain("longhaul-reconciler");
  expect(began).not.toContain("longhaul-retention");
});

it("finds everything where it was after kill -9, and leaves no worker behind", async () => {
  const first = await start();
  const { id: before } = await signIn(first.ready);
  await new SESv2Client(client(first.ready)).send(
    new SendEmailCommand({
      FromEmailAddress: "a@example.com",
      Destination: { ToAddresses: ["b@example.com"] },
      Content: { Simple: { Subject: { Data: "Kept" }, Body: { Text: { Data: "x" } } } },
    }),
  );
  const reconciled = await new LambdaClient(client(first.ready)).send(
    new InvokeCommand({ FunctionName: "longhaul-reconciler" }),
  );
  expect(reconciled.FunctionError).toBeUndefined();
  const workers = workersOf(first.child.pid!);
  expect(workers.length).toBeGreaterThan(0);

  await end(first, "SIGKILL");
  await vi.waitFor(() => expect(workers.filter(alive)).toEqual([]), { timeout: 20_000 });

  const second = await start();
  expect((await signIn(second.ready)).id).toBe(before);
  for (const name of ["SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "STATE_MACHINES"]) {
    expect(second.ready.env[name]).toBe(first.ready.env[name]);
  }
  const outbox = (await (await fetch(`${second.ready.urls.outbox}.json`)).json()) as { messages: object[] };
  expect(outbox.messages).toMatchObject([{ subject: "Kept" }]);

  const sfn = new SFNClient(client(second.ready));
  const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
  expect(stateMachines?.map(({ name }) => name)).toContain("longhaul-data-import");
  for (const { stateMachineArn } of stateMachines ?? []) {
    const { stateMachineVersions } = await sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
    expect(stateMachineVersions, "an unchanged machine gets no second version").toHaveLength(1);
  }
});

it("has API Gateway's authorizer, to be tried by hand", async () => {
  const { ready } = await start();
  const { id, token } = await signIn(ready);
  const lambda = new LambdaClient(client(ready));
  const ask = async (authorization: string): Promise<unknown> => {
    const event = { version: "2.0", type: "REQUEST", headers: { authorization } };
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: "longhaul-authorizer", Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  };
  expect(await ask(`Bearer ${token}`)).toMatchObject({ isAuthorized: true, context: { userId: id } });
  expect(await ask(`Bearer ${token.slice(0, -3)}`)).toEqual({ isAuthorized: false });
});

it("stops everything it started when it is told to", async () => {
  const cloud = await start();
  expect(await end(cloud, "SIGTERM")).toBe(0);
  const { urls } = cloud.ready;
  for (const url of [urls.aws, urls.supabase, urls.database]) expect(await closed(url)).toBe(true);
});

it("stops when the process that started it goes away", async () => {
  const cloud = await start();
  const exit = once(cloud.child, "exit");
  cloud.child.disconnect();
  expect(await exit).toEqual([0, null]);
  expect(await closed(cloud.ready.urls.database)).toBe(true);
});

it("refuses a second cloud on the same folder", async () => {
  const cloud = await start();
  await expect(start()).rejects.toThrow(`is in use by process ${cloud.child.pid}`);
});

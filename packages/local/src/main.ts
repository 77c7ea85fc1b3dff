// The process of the local cloud: tooling/start.mjs starts it with an IPC channel and ends it by SIGTERM or
// by going away.
import { resolve } from "node:path";
import { type Cloud, startCloud } from "./cloud/start.js";
import { readEnvironment } from "./env.js";
import { StartError } from "./postgres/index.js";

type Message =
  | ({ readonly type: "ready" } & Pick<Cloud, "env" | "urls" | "demo">)
  | { readonly type: "reloaded"; readonly env: Cloud["env"] }
  | { readonly type: "problem"; readonly message: string }
  | { readonly type: "failed"; readonly message: string };

function tell(message: Message): void {
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(message)}\n`);
  else if (process.connected) process.send(message);
}

/** How long a stop may take before the process goes anyway: nothing that is kept depends on it. */
const stopMs = 15_000;

async function main(): Promise<void> {
  const env = readEnvironment();
  const starting = startCloud({
    dataDir: resolve(env.LONGHAUL_DATA_DIR),
    ports: {
      aws: env.LONGHAUL_AWS_PORT,
      ads: env.LONGHAUL_ADS_PORT,
      supabase: env.LONGHAUL_SUPABASE_PORT,
      database: env.LONGHAUL_DATABASE_PORT,
    },
    host: "127.0.0.1",
    impressions: env.LONGHAUL_ADS_IMPRESSIONS,
    simulation: env.SIMULATION === "on",
    databaseUrl: env.DATABASE_URL,
    onProblem: (message) => tell({ type: "problem", message }),
  });
  let stopping = false;
  const stop = async (code: number) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), stopMs).unref();
    // A start is not left half done: what it opened is closed in order.
    await starting.then((cloud) => cloud.close()).catch(() => {});
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "disconnect"] as const) process.on(signal, () => void stop(0));
  const cloud = await starting;
  // Whoever started this process starts it again, and runs go on where they were.
  void cloud.lost.then((message) => {
    if (!stopping) tell({ type: "problem", message });
    return stop(1);
  });
  process.on("message", (message: { type?: string }) => {
    if (message.type !== "reload") return;
    cloud.reload().then(
      (renewed) => tell({ type: "reloaded", env: renewed }),
      (error: unknown) =>
        tell({ type: "problem", message: `The machines were not deployed: ${String(error)}` }),
    );
  });
  const { env: given, urls, demo } = cloud;
  tell({ type: "ready", env: given, urls, demo });
}

main().catch((error: unknown) => {
  const message =
    error instanceof StartError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  tell({ type: "failed", message });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/local/dist/main.js", import.meta.url));

/** What the process of the cloud says when it is ready. */
export interface Ready {
  env: Record<string, string>;
  urls: { aws: string; supabase: string; outbox: string; database: string };
  demo: { email: string; password: string } | null;
}

export interface CloudProcess {
  child: ChildProcess;
  ready: Ready;
}

/** Starts packages/local/dist/main.js on free ports and waits until it is ready; rejects with what it says else. */
export async function startCloudProcess(dataDir: string): Promise<CloudProcess> {
  const child = fork(main, {
    env: {
      LONGHAUL_DATA_DIR: dataDir,
      LONGHAUL_AWS_PORT: "0",
      LONGHAUL_ADS_PORT: "0",
      LONGHAUL_SUPABASE_PORT: "0",
      LONGHAUL_DATABASE_PORT: "0",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // The tests run sources; this process runs the build.
    execArgv: [],
  });
  const [message] = (await once(child, "message")) as [{ type: string; message?: string } & Ready];
  if (message.type !== "ready") throw new Error(message.message);
  return { child, ready: message };
}

/** Ends it by a signal; resolves with its exit code when it is gone. */
export async function end({ child }: CloudProcess, signal: NodeJS.Signals): Promise<number | null> {
  const gone = once(child, "exit");
  child.kill(signal);
  const [code] = (await gone) as [number | null];
  return code;
}

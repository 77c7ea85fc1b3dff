import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { SFNClient } from "@aws-sdk/client-sfn";

type Line = { port?: number; ended?: string; status?: string; refused?: string; message?: string };

export interface Child {
  client: SFNClient;
  /** What it said instead of a port. */
  refusal: { name: string; message: string } | null;
  kill(): Promise<void>;
}

/** Starts an engine in a process of its own; `onEnd` hears of each execution's end, maybe more than once. */
export async function startChild(
  dataDir: string,
  onEnd: (executionArn: string) => void = () => {},
): Promise<Child> {
  const script = fileURLToPath(new URL("./child.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise<Line>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the engine's process ended with ${String(code)}`)));
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      if (line.ended !== undefined) onEnd(line.ended);
      if (line.port !== undefined || line.refused !== undefined) resolve(line);
    });
  });
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${said.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const refusal = said.refused === undefined ? null : { name: said.refused, message: said.message ?? "" };
  return { client, refusal, kill: () => kill(child, client) };
}

async function kill(child: ChildProcess, client: SFNClient): Promise<void> {
  client.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

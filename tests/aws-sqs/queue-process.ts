import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./queue-process.mjs", import.meta.url));

/** The AWS endpoint in a process of its own, from the build, that a test can kill. */
export async function startQueueProcess(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(program, [dataDir], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const [url] = (await once(child, "message")) as [string];
  return { child, url };
}

export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

import { fork } from "node:child_process";
import { Readable } from "node:stream";
import { eachLine } from "../lambda/lines.js";

export interface Exit {
  /** Null where a signal ended it. */
  readonly code: number | null;
}

/** A training program at work. */
export interface Instance {
  /** As SageMaker stops a job: it is told, and killed where it does not end in time. */
  stop(): void;
  kill(): void;
  /** It stands still, as one that has lost its way. */
  freeze(): void;
  readonly exited: Promise<Exit>;
}

export interface InstanceOptions {
  readonly program: URL;
  /** The folder that it finds as /opt/ml. */
  readonly root: string;
  readonly environment: Record<string, string>;
  /** How long it may take to end when it is told to; SageMaker gives two minutes. */
  readonly graceMs: number;
  readonly onLine: (line: string) => void;
}

const entry = new URL("../../dist/sagemaker/container.js", import.meta.url);
const lastWordsMs = 1_000;

/** Starts the program of a training image in a process of its own. */
export function startInstance({ program, root, environment, graceMs, onLine }: InstanceOptions): Instance {
  const child = fork(entry, [program.href, "train", root], {
    env: environment,
    execArgv: ["--max-old-space-size=2048", "--enable-source-maps"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Readable) eachLine(stream, onLine);
  let killing: NodeJS.Timeout | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.on("error", (error) => {
      onLine(String(error));
      resolve({ code: 1 });
    });
    child.once("exit", (code) => {
      clearTimeout(killing);
      child.once("close", () => resolve({ code }));
      setTimeout(() => resolve({ code }), lastWordsMs).unref();
    });
  });
  return {
    exited,
    stop() {
      child.kill("SIGTERM");
      killing ??= setTimeout(() => child.kill("SIGKILL"), graceMs);
    },
    kill: () => void child.kill("SIGKILL"),
    freeze: () => void child.kill("SIGSTOP"),
  };
}

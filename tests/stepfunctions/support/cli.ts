import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../../packages/stepfunctions/bin/stepfunctions.js", import.meta.url));

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
  lines: string[];
}

export interface Running {
  /** Resolves once a text is on stdout; rejects when the process ends without it. */
  says(text: string): Promise<void>;
  /** Asks the process to end and resolves with how it did. */
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

export interface Served extends Running {
  endpoint: string;
}

/** A folder with files, and the command run in it as a user would. */
export interface Workplace extends AsyncDisposable {
  folder: string;
  write(file: string, content: string | object): void;
  cli(args: string[], options?: { input?: string; environment?: Record<string, string> }): Promise<Finished>;
  start(args: string[]): Running;
  serve(args?: string[]): Promise<Served>;
}

export function workplace(files: Record<string, string | object> = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "stepfunctions-cli-"));
  const children = new Set<ChildProcess>();
  const write: Workplace["write"] = (file, content) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
  };
  for (const [file, content] of Object.entries(files)) write(file, content);
  const launch = (args: string[], environment: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { PATH: "", HOME: folder, TMPDIR: folder, ...environment },
    });
    children.add(child);
    return { child, ...follow(child) };
  };
  const start = (args: string[]) => {
    const { child, output, finished } = launch(args);
    return {
      output,
      async says(text: string) {
        while (!output.stdout.includes(text)) {
          const told = new Promise((resolve) => child.stdout.once("data", resolve));
          await Promise.race([told, finished.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
        }
      },
      stop(signal: NodeJS.Signals = "SIGTERM") {
        child.kill(signal);
        return finished;
      },
    };
  };
  return {
    folder,
    write,
    start,
    cli(args, { input = "", environment } = {}) {
      const { child, finished } = launch(args, environment);
      child.stdin.end(input);
      return finished;
    },
    async serve(args = []) {
      const running = start(["serve", "--port", "0", "--data", "data", ...args]);
      await running.says("\n");
      return { ...running, endpoint: /http:\/\/\S+/.exec(running.output.stdout)?.[0] ?? "" };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ReturnType<typeof spawn>) {
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const finished: Promise<Finished> = closed.then((status) => ({
    status,
    ...output,
    lines: output.stdout.split("\n").filter((line) => line !== ""),
  }));
  return { output, finished };
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../../packages/stepfunctions/bin/stepfunctions.js", import.meta.url));

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
  lines: string[];
}

export interface Served {
  endpoint: string;
  /** Asks the process to end and resolves with how it did. */
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

/** A folder with files, and the command run in it as a user would. */
export interface Workplace extends AsyncDisposable {
  folder: string;
  write(file: string, content: string | object): void;
  cli(args: string[], options?: { input?: string; environment?: Record<string, string> }): Promise<Finished>;
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
  const start = (args: string[], environment: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { PATH: "", HOME: folder, TMPDIR: folder, ...environment },
    });
    children.add(child);
    return { child, finished: finish(child) };
  };
  return {
    folder,
    write,
    cli(args, { input = "", environment } = {}) {
      const { child, finished } = start(args, environment);
      child.stdin.end(input);
      return finished;
    },
    async serve(args = []) {
      const { child, finished } = start(["serve", "--port", "0", "--data", "data", ...args]);
      const endpoint = await announced(child, finished);
      return {
        endpoint,
        stop(signal = "SIGTERM") {
          child.kill(signal);
          return finished;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function finish(child: ReturnType<typeof spawn>): Promise<Finished> {
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, ...output, lines: output.stdout.split("\n").filter((line) => line !== "") };
}

async function announced(child: ReturnType<typeof spawn>, finished: Promise<Finished>): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const first = new Promise<string>((resolve) => lines.once("line", resolve));
  const line = await Promise.race([first, finished.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return /http:\/\/\S+/.exec(line)?.[0] ?? "";
}

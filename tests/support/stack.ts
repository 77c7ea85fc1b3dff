import { type ChildProcess, fork } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface StackOptions {
  /** Whether starts may order delays and failures. */
  readonly simulation?: boolean;
  /** Of each person to the HTTP API; a test that asks as fast as it can is not held up by how fast that is. */
  readonly requestsPerMinute?: number;
  /** Serve the built dashboard too. */
  readonly web?: boolean;
  /** Other programs than those of the checkout, as of a staged product. */
  readonly programs?: Readonly<Record<Process, string>>;
  /** Hears of a process that ends though nobody has ended it. */
  readonly onDeath?: (name: Process, how: string) => void;
}

type Process = "cloud" | "api";

/** What the local cloud tells who has started it. */
interface CloudMessage {
  type: string;
  message?: string;
  env?: Record<string, string>;
  urls?: { database: string };
  demo?: { email: string; password: string } | null;
}

/**
 * Ports that nobody listens at. They lie below those that systems give to whoever asks for any: a connection of another test
 * gets none of them by chance before it is used, or while a process that had it is started again. And above 10080, which
 * browsers refuse.
 */
async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(11_000, 32_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    found.add(port);
  }
  return [...found];
}

/**
 * The local cloud and the API as processes of their own, from the build, in a folder of their own: what
 * `npm start` starts, with a hand on each process. Both keep their ports over restarts.
 */
export async function startStack(options: StackOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-stack-"));
  const [port, aws, ads, supabase, database] = await freePorts(5);
  const output = createWriteStream(join(dataDir, "processes.log"));
  const children: Partial<Record<Process, ChildProcess>> = {};
  const ended = new WeakSet<ChildProcess>();
  const programs = options.programs ?? {
    cloud: join(root, "packages/local/dist/main.js"),
    api: join(root, "apps/api/dist/main.js"),
  };
  let cloudEnv: Record<string, string> = {};
  let databaseUrl = "";
  let demo: { email: string; password: string } | null = null;
  const url = `http://127.0.0.1:${port}`;

  function spawn(name: Process, env: Record<string, string>): ChildProcess {
    const child = fork(programs[name], {
      env,
      execArgv: [],
      silent: true,
    });
    child.stdout?.pipe(output, { end: false });
    child.stderr?.pipe(output, { end: false });
    children[name] = child;
    child.once("exit", (code, signal) => {
      if (!ended.has(child)) options.onDeath?.(name, String(signal ?? code));
    });
    return child;
  }

  async function startCloud(): Promise<void> {
    const child = spawn("cloud", {
      LONGHAUL_DATA_DIR: dataDir,
      LONGHAUL_AWS_PORT: String(aws),
      LONGHAUL_ADS_PORT: String(ads),
      LONGHAUL_ADS_IMPRESSIONS: "120000",
      LONGHAUL_SUPABASE_PORT: String(supabase),
      LONGHAUL_DATABASE_PORT: String(database),
      SIMULATION: options.simulation ? "on" : "off",
    });
    await new Promise<void>((resolve, reject) => {
      child.on("message", (message: CloudMessage) => {
        if (message.type === "failed") reject(new Error(message.message));
        if (message.type !== "ready") return;
        cloudEnv = message.env ?? {};
        databaseUrl = message.urls?.database ?? "";
        demo = message.demo ?? null;
        resolve();
      });
      child.once("exit", (code, signal) =>
        reject(new Error(`The local cloud ended (${signal ?? code}); see ${dataDir}`)),
      );
    });
  }

  async function startApi(): Promise<void> {
    const web: Record<string, string> = options.web ? { WEB_DIR: join(root, "apps/web/dist") } : {};
    const { requestsPerMinute } = options;
    const limit = requestsPerMinute && { HTTP_REQUESTS_PER_MINUTE: String(requestsPerMinute) };
    const child = spawn("api", { ...cloudEnv, ...web, ...limit, DASHBOARD_URL: url, PORT: String(port) });
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`The API ended before it was ready; see ${dataDir}`);
      const ready = await fetch(`${url}/readyz`).catch(() => null);
      if (ready?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function end(name: Process, signal: NodeJS.Signals): Promise<void> {
    const child = children[name];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    ended.add(child);
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async function signInDemo(): Promise<string> {
    const answer = await fetch(`${cloudEnv["SUPABASE_URL"]}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey: cloudEnv["SUPABASE_ANON_KEY"] ?? "", "content-type": "application/json" },
      body: JSON.stringify(demo),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  await startCloud();
  await startApi();
  return {
    url,
    dataDir,
    ports: { api: port, aws, supabase, database },
    /** The database's owner, who sees everything. */
    databaseUrl,
    /** What the processes and functions have written so far. */
    logFiles: () => [
      join(dataDir, "processes.log"),
      ...readdirSync(join(dataDir, "logs"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    ],
    /** What the API got from the local cloud. */
    env: cloudEnv,
    demo: demo as { email: string; password: string } | null,
    /** Gives the demo user's token. */
    signInDemo,
    startCloud,
    startApi,
    pid: (name: Process) => children[name]?.pid,
    /** As a power cut does: no process gets to say good-bye. */
    kill: (name: Process) => end(name, "SIGKILL"),
    async [Symbol.asyncDispose]() {
      await end("api", "SIGTERM");
      await end("cloud", "SIGTERM");
      output.end();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answers, Service } from "./service.mjs";
import { root, StartError } from "./settings.mjs";

const restarts = 4;
const firstDelayMs = 500;
/** A process that ran for this long had started well: its restarts are counted anew. */
const settledMs = 60_000;
const readyWithinMs = 60_000;

/**
 * The local cloud and the API, kept running: one that ends unexpectedly is started again, a few times.
 * `say` prints a sentence; `onEnd` is called when it gives up; `webUrl` is where the dashboard is opened.
 */
export class Longhaul {
  #stopping = false;
  #failures = { cloud: [], api: [] };

  constructor(settings, { say, onEnd, webDir, webUrl = settings.url }) {
    const log = (name) => path.join(settings.dataDir, "logs", `${name}.log`);
    this.settings = settings;
    this.say = say;
    this.onEnd = onEnd;
    this.webDir = webDir;
    this.webUrl = webUrl;
    this.cloud = new Service({
      name: "The local cloud",
      file: "packages/local/dist/main.js",
      log: log("cloud"),
    });
    const follow = new URL("follow-parent.mjs", import.meta.url).href;
    this.api = new Service({
      name: "The API",
      file: "apps/api/dist/main.js",
      log: log("api"),
      execArgv: ["--enable-source-maps", "--import", follow],
    });
  }

  /** Starts both; resolves with what the cloud says of itself when the dashboard can be opened. */
  async start() {
    await checkPort(this.settings.port, "the dashboard", "LONGHAUL_PORT");
    const ready = await this.#startCloud();
    this.env = ready.env;
    await this.#startApi();
    return ready;
  }

  #startCloud() {
    return new Promise((resolve, reject) => {
      let ready = false;
      const fail = (message) => reject(new StartError(message));
      const onMessage = (message) => {
        if (message.type === "failed") fail(message.message);
        if (message.type === "problem") this.say(message.message);
        if (message.type === "reloaded") void this.#renew(message.env);
        if (message.type === "ready") {
          ready = true;
          resolve(message);
        }
      };
      const onExit = (what) => {
        // One that never was ready is the concern of whoever began it.
        if (ready) void this.#revive("cloud", what, () => this.#reviveCloud());
        else fail(`${what}: ${this.#where(this.cloud)}`);
      };
      this.cloud.start({ LONGHAUL_DATA_DIR: this.settings.dataDir }, { onMessage, onExit });
    });
  }

  async #reviveCloud() {
    const { env } = await this.#startCloud();
    await this.#renew(env);
  }

  /** The API learns of its surroundings at its start only. */
  async #renew(env) {
    if (JSON.stringify(env) === JSON.stringify(this.env)) return;
    this.env = env;
    await this.restartApi();
  }

  async #startApi() {
    const { port, url } = this.settings;
    const ended = new AbortController();
    const timeout = AbortSignal.timeout(readyWithinMs);
    let running = false;
    let problem = "The API did not become ready";
    const onExit = (what) => {
      problem = what;
      ended.abort();
      if (running) void this.#revive("api", what, () => this.#startApi());
    };
    const web = { DASHBOARD_URL: this.webUrl, ...(this.webDir ? { WEB_DIR: this.webDir } : {}) };
    const env = { ...this.env, PORT: String(port), ...web };
    this.api.start(env, { onExit });
    await answers(`${url}/readyz`, AbortSignal.any([ended.signal, timeout]));
    if (ended.signal.aborted || timeout.aborted) {
      throw new StartError(`${problem}: ${this.#where(this.api)}`);
    }
    running = true;
  }

  /** Stops the API and starts what the build holds now. */
  async restartApi() {
    if (this.#stopping) return;
    await this.api.stop();
    await this.#startApi().catch((error) => this.say(error.message));
  }

  /** Lets the functions read new code, and deploys what has changed of the state machines. */
  reloadSteps() {
    this.cloud.send({ type: "reload" });
  }

  async restartCloud() {
    if (this.#stopping) return;
    await this.cloud.stop();
    await this.#reviveCloud().catch((error) => this.say(error.message));
  }

  async #revive(name, what, start) {
    const failures = this.#failures[name];
    failures.push(performance.now());
    let why;
    while (!this.#stopping) {
      const recent = failures.filter((time) => performance.now() - time < settledMs);
      this.#failures[name] = recent;
      if (recent.length > restarts) {
        this.onEnd(`${what} too often: ${why ?? this.#where(this[name])}`);
        return;
      }
      this.say(`${what} and is being started again.`);
      await sleep(firstDelayMs * 2 ** (recent.length - 1));
      if (this.#stopping) return;
      try {
        await start();
        this.say("It is running again.");
        return;
      } catch (error) {
        why = error.message;
        this.say(why);
        recent.push(performance.now());
        failures.splice(0, failures.length, ...recent);
      }
    }
  }

  #where(service) {
    const log = path.relative(root, service.options.log);
    const last = service.lastWords();
    return `${log} says why${last ? `, last of all "${last.slice(0, 500)}"` : ""}.`;
  }

  /** Stops everything in order: the API, then the cloud, which stops its workers and its Postgres. */
  async stop() {
    this.#stopping = true;
    await this.api.stop();
    await this.cloud.stop();
  }

  /** Ends everything at once, Postgres too: it recovers at the next start. */
  kill() {
    this.#stopping = true;
    this.api.kill();
    this.cloud.kill();
    const file = path.join(this.settings.dataDir, "postgres", "data", "postmaster.pid");
    try {
      process.kill(Number(readFileSync(file, "utf8").split("\n", 1)[0]), "SIGQUIT");
    } catch {
      // It is not running, or is not ours.
    }
  }
}

/** Says in a sentence that a port is taken: the program that wants it would say so in its own way, or choose another. */
export async function checkPort(port, what, variable) {
  const problem = await new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", resolve);
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(null)));
  });
  if (problem === null) return;
  const why =
    problem.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${problem.code})`;
  throw new StartError(
    `Port ${port} ${why}: stop that one, or choose another port for ${what} with ${variable}.`,
  );
}

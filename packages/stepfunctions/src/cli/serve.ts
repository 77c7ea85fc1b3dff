import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import type { StepFunctions } from "../open.js";
import { VirtualClock } from "../shell/clock.js";
import { readArguments, readNumber } from "./arguments.js";
import { ClockEndpoint } from "./clock-endpoint.js";
import { engineOptions, openEngine, readEngineSetup, warn } from "./engine.js";
import { CommandError, messageOf } from "./errors.js";
import { exitStatus } from "./exit-status.js";
import { refusal } from "./guard.js";
import { terminal } from "./terminal.js";

const options = { ...engineOptions, port: { type: "string" }, host: { type: "string" } } as const;

/** `stepfunctions serve`: until it is interrupted. */
export async function serve(args: string[]): Promise<number> {
  const { values } = readArguments("serve", args, options, { name: "", least: 0, most: 0 });
  const port = readNumber("serve", "port", values.port, { min: 0, max: 65_535, whole: true }) ?? 8083;
  const host = values.host ?? "127.0.0.1";
  const dataDir = values.data ?? ".stepfunctions";
  const setup = await readEngineSetup("serve", values);
  const clock = values["virtual-clock"] ? new VirtualClock(Date.now()) : undefined;
  const engine = await openEngine({ ...setup.options, dataDir, ...(clock === undefined ? {} : { clock }) });
  try {
    const server = serverOf(engine, host, clock);
    const url = await listen(server, port, host);
    announce(url, { dataDir, host, region: setup.options.region, clock });
    await interrupted();
    server.closeAllConnections();
    server.close();
  } finally {
    await engine.close();
  }
  return exitStatus.SUCCEEDED;
}

function serverOf(engine: StepFunctions, host: string, clock: VirtualClock | undefined): Server {
  const endpoint = clock === undefined ? undefined : new ClockEndpoint(clock);
  return createServer((req, res) => {
    const refused = refusal(req.headers, host);
    if (refused !== null) {
      const body = JSON.stringify({ __type: "AccessDeniedException", message: refused });
      res.writeHead(403, { "content-type": "application/x-amz-json-1.0", connection: "close" }).end(body);
    } else if (endpoint?.takes(req)) void endpoint.answer(req, res);
    else void engine.handleHttp(req, res);
  });
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "something else listens there" : messageOf(error);
    throw new CommandError(`Port ${port} of ${host} cannot be used: ${reason}`);
  }
  const { address, port: taken } = server.address() as AddressInfo;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${taken}`;
}

interface Announced {
  dataDir: string;
  host: string;
  region: string;
  clock: VirtualClock | undefined;
}

function announce(url: string, { dataDir, host, region, clock }: Announced): void {
  terminal.out(
    `Step Functions answers at ${terminal.paint("bold", url)} and keeps everything in ${dataDir}.`,
  );
  terminal.out("");
  terminal.out(`  export AWS_ENDPOINT_URL_SFN=${url} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`);
  terminal.out("  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any");
  terminal.out("  aws stepfunctions list-state-machines");
  if (clock !== undefined) {
    terminal.out("");
    terminal.out(`The clock stands at ${new Date(clock.now()).toISOString()}. A day later:`);
    terminal.out(`  curl ${url}/clock/advance -d '{"seconds": 86400}'`);
  }
  if (!["127.0.0.1", "::1", "localhost"].includes(host))
    warn(`Whoever reaches ${url} may run the functions that are served here.`);
}

/** Resolves when the process is asked to end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

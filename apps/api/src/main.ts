import { holdSeconds } from "@longhaul/runs";
import { type Environment, readEnvironment } from "./env.js";
import { createApi } from "./server.js";
import { createServices } from "./services.js";

/** How long a stop may take before the process goes anyway. */
const stopMs = 20_000;

async function main(env: Environment): Promise<void> {
  const services = createServices(env);
  const { log } = services;
  const api = createApi({
    services,
    publicConfig: {
      supabaseUrl: env.PUBLIC_SUPABASE_URL ?? env.SUPABASE_URL,
      supabaseAnonKey: env.SUPABASE_ANON_KEY,
      capabilities: [...services.capabilities],
      mailsInvitations: services.joinLink !== null,
    },
    webDir: env.WEB_DIR,
    allowedOrigins: env.ALLOWED_ORIGINS,
    // What may reach this computer itself is no page's to use that points its own name here.
    ownHosts:
      env.WEBHOOKS_TO_LOOPBACK === "on"
        ? [
            env.HOST,
            ...env.ALLOWED_ORIGINS.flatMap((origin) =>
              URL.canParse(origin) ? new URL(origin).hostname : [],
            ),
          ]
        : undefined,
    requestsPerMinute: env.HTTP_REQUESTS_PER_MINUTE,
  });
  const address = await api.start(env.PORT, env.HOST);
  log.info({ address }, "the API is listening");
  // Runs that were queued while no API was there, and those that the one before had just taken when it was killed.
  services.dispatchSoon();
  services.clock.after((holdSeconds + 1) * 1000, services.dispatchSoon);

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), stopMs).unref();
    await api.close();
    await services.close();
    log.info("stopped");
    // The Realtime client's timers would hold the process for another ten seconds.
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(signal));
}

try {
  await main(readEnvironment());
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== "EADDRINUSE") return error.message;
  return `Port ${port} is taken by another program: stop that one, or choose another port with PORT.`;
}

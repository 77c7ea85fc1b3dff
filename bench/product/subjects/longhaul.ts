import type * as Api from "@longhaul/api";
import { check, inFlight, type Place, type Subject } from "../../engine/subject.js";
import type { ProductPlace } from "../servers/product.js";
import { Ends } from "../ends.js";

/** What the caller of a product with the bench's workflow offers beyond the checkout's. */
interface FiveCaller {
  five: { start(request: { input: { n: number } }): Promise<{ runId: string; created: boolean }> };
}

/**
 * The API as it is deployed, in this process: each run is started through its own caller, with the checks of a call from
 * outside, and has ended when its last event is in Postgres.
 */
export async function open({ url }: Place): Promise<Subject> {
  const { apiModule, env, database, demo } = JSON.parse(url) as ProductPlace;
  const { createApi, createCaller, createServices, readEnvironment } = (await import(
    apiModule
  )) as typeof Api;
  const services = createServices(readEnvironment(env));
  const publicConfig = {
    supabaseUrl: env["SUPABASE_URL"] ?? "",
    supabaseAnonKey: env["SUPABASE_ANON_KEY"] ?? "",
    capabilities: [],
    mailsInvitations: false,
  };
  const api = createApi({ services, publicConfig });
  await api.start(0, "127.0.0.1");
  const caller = await createCaller(services, { token: await signIn(env, demo) });
  await caller.limits.update({ maxRunning: 2 * inFlight, maxRunningPerUser: 2 * inFlight });
  const { five } = caller.workflows as unknown as FiveCaller;
  const ends = await Ends.open(database);
  return {
    async run(n) {
      const { runId } = await five.start({ input: { n } });
      check(n, await ends.of(runId));
    },
    async close() {
      await ends.close();
      await api.close();
      await services.close();
    },
  };
}

async function signIn(
  env: Readonly<Record<string, string>>,
  demo: { email: string; password: string },
): Promise<string> {
  const answer = await fetch(`${env["SUPABASE_URL"]}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: env["SUPABASE_ANON_KEY"] ?? "", "content-type": "application/json" },
    body: JSON.stringify(demo),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

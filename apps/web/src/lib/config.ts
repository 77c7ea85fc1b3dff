import { createContext, use } from "react";
import { z } from "zod/mini";
import { setClockBy } from "./clock.js";

const schema = z.object({
  supabaseUrl: z.url(),
  supabaseAnonKey: z.string().check(z.minLength(1)),
  capabilities: z._default(z.array(z.string()), []),
  mailsInvitations: z._default(z.boolean(), false),
});

/** What the API says about the place it runs in. */
export type AppConfig = z.output<typeof schema>;

/** @throws Error with a sentence for the person in front of the screen. */
export async function loadConfig(): Promise<AppConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } }).catch(() => null);
  if (!response?.ok)
    throw new Error("The server does not answer. It may be starting; try again in a moment.");
  setClockBy(response.headers.get("date"));
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new Error("The server's configuration cannot be read. Tell whoever runs it.");
  return parsed.data;
}

export const ConfigContext = createContext<AppConfig | null>(null);

export function useConfig(): AppConfig {
  const config = use(ConfigContext);
  if (!config) throw new Error("This part of the page needs to know the place that it runs in.");
  return config;
}

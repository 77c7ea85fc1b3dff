import { z } from "zod/mini";

const schema = z.object({
  supabaseUrl: z.url(),
  supabaseAnonKey: z.string().check(z.minLength(1)),
  capabilities: z._default(z.array(z.string()), []),
});

/** What the API says about the place it runs in. */
export type AppConfig = z.output<typeof schema>;

/** @throws Error with a sentence for the person in front of the screen. */
export async function loadConfig(): Promise<AppConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } }).catch(() => null);
  if (!response?.ok)
    throw new Error("The server does not answer. It may be starting; try again in a moment.");
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new Error("The server's configuration cannot be read. Tell whoever runs it.");
  return parsed.data;
}

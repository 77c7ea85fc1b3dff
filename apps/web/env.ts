import { z } from "zod";

const schema = z.object({
  /** The port of the running API, to which the development server passes what it does not serve itself. */
  LONGHAUL_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  /** The development server's own port. */
  LONGHAUL_WEB_PORT: z.coerce.number().int().min(0).max(65_535).default(5173),
});

/** What the development server needs to know, from the environment. */
export function devEnv(): { api: string; port: number } {
  const env = schema.parse(process.env);
  return { api: `http://127.0.0.1:${env.LONGHAUL_PORT}`, port: env.LONGHAUL_WEB_PORT };
}

import { z } from "zod";

const schema = z.object({
  /** Where the API answers. */
  LONGHAUL_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:3000"),
  /** A Supabase access token. */
  LONGHAUL_TOKEN: z.string().min(1).optional(),
  /** Signs in where there is no token. */
  LONGHAUL_EMAIL: z.string().min(1).optional(),
  LONGHAUL_PASSWORD: z.string().min(1).optional(),
});

/** @throws ZodError */
export function readCliEnvironment(): z.output<typeof schema> {
  return schema.parse(process.env);
}

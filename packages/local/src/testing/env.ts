import { z } from "zod";

const schema = z.object({
  LONGHAUL_CONTRACT_SUPABASE_URL: z.url().optional(),
  LONGHAUL_CONTRACT_SUPABASE_ANON_KEY: z.string().optional(),
  LONGHAUL_CONTRACT_SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  LONGHAUL_CONTRACT_DATABASE_URL: z.url().optional(),
});

/** A real Supabase project that contract suites shall run against; null where the environment names none. */
export interface RealProject {
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  /** Its database as role postgres, for suites that make policies. */
  databaseUrl: string;
}

/** @throws when some of the four variables are set and others are not */
export function realProject(env: NodeJS.ProcessEnv = process.env): RealProject | null {
  const values = schema.parse(env);
  const url = values.LONGHAUL_CONTRACT_SUPABASE_URL;
  const anonKey = values.LONGHAUL_CONTRACT_SUPABASE_ANON_KEY;
  const serviceRoleKey = values.LONGHAUL_CONTRACT_SUPABASE_SERVICE_ROLE_KEY;
  const databaseUrl = values.LONGHAUL_CONTRACT_DATABASE_URL;
  if (url && anonKey && serviceRoleKey && databaseUrl) return { url, anonKey, serviceRoleKey, databaseUrl };
  const missing = Object.keys(schema.shape).filter((name) => !env[name]);
  if (missing.length < Object.keys(schema.shape).length) {
    throw new Error(`To run the contract suites on a real project, set ${missing.join(", ")} too`);
  }
  return null;
}

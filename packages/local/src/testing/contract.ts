import { createTestDatabase } from "./database.js";
import { realProject } from "./env.js";
import { startTestSupabase } from "./supabase.js";

/** What a contract suite runs against: the stand-in, or a real project when the environment names one. */
export interface ContractTarget extends AsyncDisposable {
  /** Whether it is a real project: tests of what only the stand-in can show are skipped there. */
  real: boolean;
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  /** The database as role postgres, for policies and for looking behind. */
  databaseUrl: string;
  close(): Promise<void>;
}

export const onRealProject = realProject() !== null;

export async function contractTarget(options: { jwtExpirySeconds?: number } = {}): Promise<ContractTarget> {
  const real = realProject();
  if (real) {
    const close = () => Promise.resolve();
    return { real: true, ...real, close, [Symbol.asyncDispose]: close };
  }
  const database = await createTestDatabase();
  const supabase = await startTestSupabase(database, options);
  const { url, anonKey, serviceRoleKey } = supabase;
  const close = async () => {
    await supabase.close();
    await database.drop();
  };
  const databaseUrl = database.url("postgres");
  return { real: false, url, anonKey, serviceRoleKey, databaseUrl, close, [Symbol.asyncDispose]: close };
}

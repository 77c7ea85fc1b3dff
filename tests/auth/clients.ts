import type { ContractTarget } from "@longhaul/local/testing";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import ws from "ws";

/** A client that keeps nothing between tests and refreshes only when told. */
export function clientOf(target: ContractTarget, key = target.anonKey): SupabaseClient {
  return createClient(target.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // supabase-js wants a WebSocket of its own choice on Node 20.
    realtime: { transport: ws as never },
  });
}

export function serviceClientOf(target: ContractTarget): SupabaseClient {
  return clientOf(target, target.serviceRoleKey);
}

export interface SignedIn {
  client: SupabaseClient;
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

/** A client signed in as a new user. */
export async function signUp(target: ContractTarget): Promise<SignedIn> {
  const client = clientOf(target);
  const email = `contract-${crypto.randomUUID()}@example.com`;
  const password = `Pw1!-${crypto.randomUUID()}`;
  const { data, error } = await client.auth.signUp({ email, password });
  if (error) throw error;
  if (!data.session || !data.user) throw new Error("sign-up gave no session: is email confirmation on?");
  const { access_token: accessToken, refresh_token: refreshToken } = data.session;
  return { client, id: data.user.id, email, password, accessToken, refreshToken };
}

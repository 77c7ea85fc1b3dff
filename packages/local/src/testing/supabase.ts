import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalSupabase, startSupabase } from "../supabase/supabase.js";
import type { TestDatabase } from "./database.js";

/** A Supabase stand-in over a test's database, with a data folder that goes with it. */
export interface TestSupabase extends AsyncDisposable {
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  dataDir: string;
  /** Realtime, whose `feed` drops where a test asks for it. */
  realtime: LocalSupabase["realtime"];
  /** Signs up a new user with a session; its email is one of a kind unless given. */
  signUp(user?: { email?: string; password?: string; data?: Record<string, unknown> }): Promise<TestUser>;
  close(): Promise<void>;
}

export interface TestUser {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

/** Starts the stand-in on a free port. Use it as `await using`, or call `close`. */
export async function startTestSupabase(
  database: TestDatabase,
  options: { jwtExpirySeconds?: number } = {},
): Promise<TestSupabase> {
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-test-supabase-"));
  const running = await startSupabase({ databaseUrl: database.adminUrl, dataDir, port: 0, ...options });
  const close = async () => {
    await running.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const { url, anonKey, serviceRoleKey, realtime } = running;
  return {
    url,
    anonKey,
    serviceRoleKey,
    realtime,
    dataDir,
    close,
    [Symbol.asyncDispose]: close,
    signUp: (user = {}) => signUp(url, anonKey, user),
  };
}

async function signUp(
  url: string,
  anonKey: string,
  user: { email?: string; password?: string; data?: Record<string, unknown> },
): Promise<TestUser> {
  const {
    email = `user-${crypto.randomUUID()}@example.test`,
    password = `pw-${crypto.randomUUID()}`,
    data,
  } = user;
  const response = await fetch(`${url}/auth/v1/signup`, {
    method: "POST",
    headers: { apikey: anonKey, "content-type": "application/json" },
    body: JSON.stringify({ email, password, data }),
  });
  const body = (await response.json()) as {
    access_token?: string;
    refresh_token?: string;
    user?: { id: string };
  };
  if (!response.ok || !body.access_token || !body.refresh_token || !body.user) {
    throw new Error(`Sign-up of ${email} failed: ${JSON.stringify(body)}`);
  }
  return {
    id: body.user.id,
    email,
    password,
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
  };
}

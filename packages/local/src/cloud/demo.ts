import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const signInSchema = z.object({ email: z.string(), password: z.string().min(1) });

/** What a person types on the first page to look round. */
export type DemoSignIn = z.infer<typeof signInSchema>;

const email = "demo@longhaul.local";
const letters = "abcdefghjkmnpqrstuvwxyz23456789";

/**
 * Sees to it that the demo user can sign in, by signing it up through Auth as a person would. The password
 * is made once per data folder.
 *
 * @returns null when the user is there with another password: somebody changed it
 */
export async function ensureDemoUser(
  dataDir: string,
  supabase: { url: string; anonKey: string },
): Promise<DemoSignIn | null> {
  const signIn = keepSignIn(join(dataDir, "demo.json"));
  const post = (path: string, body: object) =>
    fetch(`${supabase.url}/auth/v1/${path}`, {
      method: "POST",
      headers: { apikey: supabase.anonKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const known = await post("token?grant_type=password", signIn);
  await known.body?.cancel();
  if (known.ok) return signIn;
  const made = await post("signup", { ...signIn, data: { name: "Demo" } });
  await made.body?.cancel();
  return made.ok ? signIn : null;
}

function keepSignIn(file: string): DemoSignIn {
  try {
    return signInSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    const word = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
    const made = { email, password: `${word()}-${word()}-${word()}` };
    writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
    return made;
  }
}

import { type ContractTarget, contractTarget, onRealProject } from "@longhaul/local/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientOf, type SignedIn, signUp } from "./clients.js";

let target: ContractTarget;
let sql: postgres.Sql;
beforeAll(async () => {
  target = await contractTarget();
  sql = postgres(target.databaseUrl, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await target.close();
});

async function refresh(token: string) {
  const { data, error } = await clientOf(target).auth.refreshSession({ refresh_token: token });
  return { token: data.session?.refresh_token ?? "", access: data.session?.access_token ?? "", error };
}

/** Makes all tokens of the user as old as if the reuse interval had long passed. */
async function age(user: SignedIn): Promise<void> {
  await sql`update auth.refresh_tokens set updated_at = updated_at - interval '1 minute' where user_id = ${user.id}`;
}

it("gives the next token for each, and the session goes on", async () => {
  const user = await signUp(target);
  const second = await refresh(user.refreshToken);
  const third = await refresh(second.token);
  expect(new Set([user.refreshToken, second.token, third.token]).size).toBe(3);
  expect((await clientOf(target).auth.getUser(third.access)).data.user?.id).toBe(user.id);
});

it("gives the active token once more to the one whose answer was lost", async () => {
  const user = await signUp(target);
  const second = await refresh(user.refreshToken);
  await age(user);
  expect((await refresh(user.refreshToken)).token).toBe(second.token);
});

it("gives all of many at once the same next token", async () => {
  const user = await signUp(target);
  const answers = await Promise.all([1, 2, 3, 4].map(() => refresh(user.refreshToken)));
  expect(answers.map((answer) => answer.error)).toEqual([null, null, null, null]);
  expect(new Set(answers.map((answer) => answer.token)).size).toBe(1);
});

it("takes an older token within the reuse interval", async () => {
  const user = await signUp(target);
  const second = await refresh(user.refreshToken);
  await refresh(second.token);
  expect((await refresh(user.refreshToken)).error).toBeNull();
});

it("ends the whole session when an older token comes after the interval", async () => {
  const user = await signUp(target);
  const second = await refresh(user.refreshToken);
  const third = await refresh(second.token);
  await age(user);
  const stolen = await refresh(user.refreshToken);
  expect(stolen.error).toMatchObject({
    status: 400,
    code: "refresh_token_already_used",
    message: "Invalid Refresh Token: Already Used",
  });
  // A real project still takes the last token within the interval.
  if (target.real) await age(user);
  expect((await refresh(third.token)).error).not.toBeNull();
});

it("does not know a made-up token", async () => {
  const { error } = await refresh("aaaaaaaaaaaa");
  expect(error).toMatchObject({
    status: 400,
    code: "refresh_token_not_found",
    message: "Invalid Refresh Token: Refresh Token Not Found",
  });
});

it("signs out here, elsewhere or everywhere", async () => {
  const user = await signUp(target);
  const signIn = async () => {
    const client = clientOf(target);
    const { data } = await client.auth.signInWithPassword(user);
    return { client, token: data.session?.refresh_token ?? "" };
  };
  const [here, there] = [await signIn(), await signIn()];
  expect((await here.client.auth.signOut({ scope: "others" })).error).toBeNull();
  expect((await refresh(there.token)).error).toMatchObject({ code: "refresh_token_not_found" });
  expect((await refresh(here.token)).error).toBeNull();

  const [first, second] = [await signIn(), await signIn()];
  const access = (await first.client.auth.getSession()).data.session?.access_token ?? "";
  await first.client.auth.signOut({ scope: "local" });
  expect((await refresh(first.token)).error).not.toBeNull();
  expect((await clientOf(target).auth.getUser(access)).error?.name).toBe("AuthSessionMissingError");
  await second.client.auth.signOut({ scope: "global" });
  expect((await refresh(second.token)).error).not.toBeNull();
});

it.skipIf(onRealProject)("names what it does not implement", async () => {
  const { error } = await clientOf(target).auth.signInWithOtp({ email: "a@example.com" });
  expect(error).toMatchObject({ status: 404, code: "not_implemented" });
  expect(error?.message).toContain("POST /otp");
  const rest = await clientOf(target).from("runs").select();
  expect(rest.error?.message).toContain("PostgREST");
});

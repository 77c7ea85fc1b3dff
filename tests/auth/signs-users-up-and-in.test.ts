import { type ContractTarget, contractTarget } from "@longhaul/local/testing";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, serviceClientOf, signUp } from "./clients.js";

let target: ContractTarget;
beforeAll(async () => {
  target = await contractTarget();
});
afterAll(() => target.close());

describe("sign-up", () => {
  it("makes a confirmed user with a session and keeps what it was told of them", async () => {
    const client = clientOf(target);
    const email = `Sign.Up-${crypto.randomUUID()}@Example.com`;
    const { data, error } = await client.auth.signUp({
      email,
      password: "Long-enough-1!",
      options: { data: { name: "Ada" } },
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email: email.toLowerCase(),
      role: "authenticated",
      aud: "authenticated",
    });
    expect(data.user?.user_metadata).toMatchObject({ name: "Ada", email: email.toLowerCase() });
    expect(data.user?.app_metadata).toMatchObject({ provider: "email", providers: ["email"] });
    expect(data.user?.identities).toHaveLength(1);
    expect(data.session?.token_type).toBe("bearer");
    expect(data.session?.refresh_token).toBeTruthy();
  });

  it("refuses an address that is taken, in whatever case", async () => {
    const { email } = await signUp(target);
    const { error } = await clientOf(target).auth.signUp({
      email: email.toUpperCase(),
      password: "Long-enough-1!",
    });
    expect(error).toMatchObject({
      status: 422,
      code: "user_already_exists",
      message: "User already registered",
    });
  });

  it("refuses a short password and says why", async () => {
    const { error } = await clientOf(target).auth.signUp({
      email: `${crypto.randomUUID()}@example.com`,
      password: "a1!",
    });
    expect(error).toMatchObject({ status: 422, code: "weak_password", name: "AuthWeakPasswordError" });
    expect((error as { reasons?: string[] }).reasons).toContain("length");
  });

  it("refuses what is not an address", async () => {
    const { error } = await clientOf(target).auth.signUp({
      email: "nobody at all",
      password: "Long-enough-1!",
    });
    expect(error).toMatchObject({ status: 400, code: "validation_failed" });
    expect(error?.message).toBe("Unable to validate email address: invalid format");
  });

  it("lets one of two sign-ups of the same address through", async () => {
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: "Long-enough-1!" };
    const answers = await Promise.all([1, 2].map(() => clientOf(target).auth.signUp(credentials)));
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
  });
});

describe("sign-in", () => {
  it("answers a wrong password and an unknown address alike", async () => {
    const { email } = await signUp(target);
    const wrong = { status: 400, code: "invalid_credentials", message: "Invalid login credentials" };
    const attempt = async (address: string) =>
      (await clientOf(target).auth.signInWithPassword({ email: address, password: "Wrong-one-1!" })).error;
    expect(await attempt(email)).toMatchObject(wrong);
    expect(await attempt(`${crypto.randomUUID()}@example.com`)).toMatchObject(wrong);
  });

  it("gives a token that anyone can verify with the published key, made for this user and session", async () => {
    const user = await signUp(target);
    const { data } = await clientOf(target).auth.signInWithPassword(user);
    const jwks = createRemoteJWKSet(new URL(`${target.url}/auth/v1/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(data.session?.access_token ?? "", jwks, {
      issuer: `${target.url}/auth/v1`,
      audience: "authenticated",
    });
    expect(protectedHeader.alg).toBe("ES256");
    expect(payload).toMatchObject({
      sub: user.id,
      email: user.email,
      role: "authenticated",
      aal: "aal1",
      is_anonymous: false,
    });
    expect(payload.session_id).toEqual(expect.any(String));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(data.session?.expires_in);
  });

  it("verifies through supabase-js' own getClaims", async () => {
    const user = await signUp(target);
    const { data, error } = await clientOf(target).auth.getClaims(user.accessToken);
    expect(error).toBeNull();
    expect(data?.claims.sub).toBe(user.id);
  });
});

describe("the user", () => {
  it("is given to who shows their token, and to nobody else", async () => {
    const user = await signUp(target);
    expect((await clientOf(target).auth.getUser(user.accessToken)).data.user?.id).toBe(user.id);
    const tampered = `${user.accessToken.slice(0, -6)}AAAAAA`;
    expect((await clientOf(target).auth.getUser(tampered)).error).toMatchObject({
      status: 403,
      code: "bad_jwt",
    });
    expect((await clientOf(target).auth.getUser(target.anonKey)).error).toMatchObject({ code: "bad_jwt" });
  });

  it("changes data by merging, and the password by a new one", async () => {
    const user = await signUp(target);
    await user.client.auth.updateUser({ data: { name: "Grace", team: "blue" } });
    const { data } = await user.client.auth.updateUser({ data: { team: null } });
    expect(data.user?.user_metadata).toMatchObject({ name: "Grace" });
    expect(data.user?.user_metadata).not.toHaveProperty("team");

    const same = await user.client.auth.updateUser({ password: user.password });
    expect(same.error).toMatchObject({ status: 422, code: "same_password" });
    const elsewhere = clientOf(target);
    await elsewhere.auth.signInWithPassword(user);
    const password = `New-${crypto.randomUUID()}-1!`;
    expect((await user.client.auth.updateUser({ password })).error).toBeNull();
    expect((await elsewhere.auth.refreshSession()).error).not.toBeNull();
    expect((await user.client.auth.refreshSession()).error).toBeNull();
    expect(
      (await clientOf(target).auth.signInWithPassword({ email: user.email, password: user.password })).error,
    ).toMatchObject({
      code: "invalid_credentials",
    });
    expect(
      (await clientOf(target).auth.signInWithPassword({ email: user.email, password })).error,
    ).toBeNull();
  });
});

describe("the gateway", () => {
  it("wants an API key that it made", async () => {
    const none = await fetch(`${target.url}/auth/v1/settings`);
    expect(none.status).toBe(401);
    const { error } = await clientOf(target, "eyJhbGciOiJFUzI1NiJ9.e30.AAAA").auth.signInWithPassword({
      email: "a@example.com",
      password: "x",
    });
    expect(error).toMatchObject({ status: 401, message: "Invalid API key" });
  });
});

describe("administration", () => {
  it("is the service role's alone", async () => {
    const user = await signUp(target);
    expect((await user.client.auth.admin.listUsers()).error).toMatchObject({
      status: 403,
      code: "not_admin",
    });
    const admin = serviceClientOf(target).auth.admin;
    const made = await admin.createUser({
      email: `${crypto.randomUUID()}@example.com`,
      password: "Long-enough-1!",
      email_confirm: true,
    });
    expect(made.error).toBeNull();
    const id = made.data.user?.id ?? "";
    expect((await admin.getUserById(id)).data.user?.id).toBe(id);
    expect((await admin.listUsers()).data.users.map((one) => one.id)).toContain(id);
    expect((await admin.deleteUser(id)).error).toBeNull();
    expect((await admin.getUserById(id)).error).toMatchObject({ code: "user_not_found" });
  });
});

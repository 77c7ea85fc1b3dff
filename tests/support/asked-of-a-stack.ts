import { expect, vi } from "vitest";
import type { Stack } from "./stack.js";

/** Asks something of the local cloud's own controls. */
export async function control(stack: Stack, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${stack.env["AWS_ENDPOINT_URL"]}/_longhaul/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

/** Lets the wait of a run end, once it waits. */
export async function skipWait(stack: Stack, run: string): Promise<void> {
  const skipped = async () => (await control(stack, "waits/skip", { run }))["skipped"] === 1;
  await vi.waitUntil(skipped, { timeout: 45_000, interval: 100 });
}

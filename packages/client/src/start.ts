import type { AppRouter, Started } from "@longhaul/api";
import { TRPCClientError, type TRPCClient } from "@trpc/client";
import type { StartOptions } from "./types.js";

const mostTries = 4;
const pauseMs = 300;

interface Starter {
  start: {
    mutate(
      call: { input: unknown } & Omit<StartOptions, "signal">,
      options: { signal?: AbortSignal | undefined },
    ): Promise<Started>;
  };
}

/**
 * Starts a run. Every start has an idempotency key, so that one whose answer got lost is sent again without
 * starting anything twice.
 *
 * @throws what the transport throws
 */
export async function sendStart(
  client: TRPCClient<AppRouter>,
  workflow: string,
  input: unknown,
  { signal, idempotencyKey = randomKey(), ...options }: StartOptions,
): Promise<Started> {
  const starter = (client.workflows as unknown as Record<string, Starter>)[workflow] as Starter;
  const call = { input, idempotencyKey, ...options };
  for (let tries = 1; ; tries += 1) {
    try {
      return await starter.start.mutate(call, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (tries === mostTries || !isUnanswered(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (tries - 1)));
    }
  }
}

/** Nothing of the API's came back. */
function isUnanswered(error: unknown): boolean {
  return error instanceof TRPCClientError && !error.data;
}

/** crypto.randomUUID is missing where a page is not served securely. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

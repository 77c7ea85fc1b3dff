import type { TRPCSubscriptionProcedure } from "@trpc/server";

/** A message that can be resumed from: `id` is what a watcher sends as `lastEventId`. */
export interface Numbered<T> {
  id: string;
  data: T;
}

/** A subscription whose messages are numbered, as a client sees it. */
export type NumberedSubscription<Input, T> = LiveSubscription<Input, Numbered<T>>;

/** A subscription as a client sees it. */
export type LiveSubscription<Input, T> = TRPCSubscriptionProcedure<{
  meta: object;
  input: Input;
  output: AsyncIterable<T, void, unknown>;
}>;

import type { TRPCSubscriptionProcedure } from "@trpc/server";
import { toTrpcError } from "../errors.js";

/** A message that can be resumed from: `id` is what a watcher sends as `lastEventId`. */
export interface Numbered<T> {
  id: string;
  data: T;
}

/** A subscription whose messages are numbered, as a client sees it. */
export type NumberedSubscription<Input, T> = TRPCSubscriptionProcedure<{
  meta: object;
  input: Input;
  output: AsyncIterable<Numbered<T>, void, unknown>;
}>;

/** Errors inside a stream do not pass the procedures' middleware: this gives them their codes. */
export async function* withStreamErrors<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void, unknown> {
  try {
    yield* stream;
  } catch (error) {
    throw toTrpcError(error);
  }
}

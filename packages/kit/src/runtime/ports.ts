/** Where the bytes of artifacts are. Paths are the artifacts' own; a bucket is the binding's affair. */
export interface ObjectStore {
  /** From byte `start` on (0 unless given); null when there is no such object. */
  get(
    path: string,
    options: { readonly start?: number; readonly signal: AbortSignal },
  ): Promise<ReadableStream<Uint8Array> | null>;
  /** Streams `body` to its end; resolves when the object is there, whole. */
  put(
    path: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
}

/** As pino and Powertools have it: fields first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `milliseconds`; the function it returns calls that off. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

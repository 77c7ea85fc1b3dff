import { FatalError, RetryableError } from "@longhaul/kit/step";

/** Gives the URLs of all parts anew; they are good for ten minutes. */
export type PartUrls = () => Promise<readonly string[]>;

export interface DownloadOptions {
  readonly urls: PartUrls;
  readonly signal: AbortSignal;
  /** Told how many parts are done, of how many. */
  readonly progress?: (done: number, all: number) => void;
}

/**
 * Whether a part may be there: it is in S3, behind TLS, or where the API itself is. What else an answer names would be
 * asked by us, from within our network, and its answer shown as a result.
 */
export function mayHoldParts(url: string, apiUrl: string): boolean {
  const { protocol, origin } = new URL(url);
  return protocol === "https:" || origin === new URL(apiUrl).origin;
}

/** How often a part may break off, or its URL run out, without a byte in between. */
const mostFailures = 5;

/**
 * Streams the parts of a result in their order, as bytes with the number of their part. One that breaks off goes on where
 * it was; one whose URL has run out, by a new one.
 *
 * @throws RetryableError when that does not help; FatalError RESULT_CHANGED when the result is another one meanwhile.
 */
export async function* downloadParts(
  options: DownloadOptions,
): AsyncGenerator<{ part: number; bytes: Uint8Array }> {
  const state = { urls: await options.urls() };
  const all = state.urls.length;
  for (let part = 0; part < all; part++) {
    for await (const bytes of onePart(part, all, state, options)) yield { part, bytes };
    options.progress?.(part + 1, all);
  }
}

async function* onePart(
  part: number,
  all: number,
  state: { urls: readonly string[] },
  { urls, signal }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let failures = 0;
  let etag: string | null = null;
  for (;;) {
    const answer = await open(state.urls[part] as string, at, etag, signal);
    if (answer !== "expired" && answer !== "failed") {
      etag ??= answer.etag;
      let skip = answer.from === 0 ? at : 0;
      try {
        for await (const chunk of answer.body) {
          const bytes = skip > 0 ? chunk.subarray(skip) : chunk;
          skip -= chunk.length - bytes.length;
          if (bytes.length === 0) continue;
          failures = 0;
          at += bytes.length;
          yield bytes;
        }
        if (answer.size === null || at >= answer.size) return;
      } catch {
        signal.throwIfAborted();
      }
    }
    failures += 1;
    if (failures > mostFailures) {
      throw new RetryableError("The result breaks off again and again.", { code: "RESULT_INCOMPLETE" });
    }
    if (answer === "expired") {
      state.urls = await urls();
      if (state.urls.length !== all) throw changed();
    }
  }
}

interface Opened {
  readonly body: AsyncIterable<Uint8Array>;
  /** The byte that it begins with. */
  readonly from: number;
  /** Of the whole part; null when it is not said. */
  readonly size: number | null;
  readonly etag: string | null;
}

async function open(
  url: string,
  at: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<Opened | "expired" | "failed"> {
  const headers = new Headers(at > 0 ? { range: `bytes=${at}-` } : {});
  if (at > 0 && etag !== null) headers.set("if-match", etag);
  let response: Response;
  try {
    response = await fetch(url, { headers, signal, redirect: "error" });
  } catch {
    signal.throwIfAborted();
    return "failed";
  }
  const { status } = response;
  if (status === 200 || status === 206) {
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const from = status === 206 ? at : 0;
    const size = Number.isNaN(length) ? null : from + length;
    const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
    return { body, from, size, etag: response.headers.get("etag") };
  }
  await response.body?.cancel();
  if (status === 412) throw changed();
  // S3 says 403 of a URL that has run out; 416 is asked at the very end of a part whose size was not said.
  if (status === 403 || status === 400) return "expired";
  if (status === 416) return { body: (async function* () {})(), from: at, size: at, etag: null };
  if (status < 500 && status !== 429) {
    throw new FatalError("The result is not there any more.", { code: "RESULT_GONE" });
  }
  return "failed";
}

function changed(): FatalError {
  const sentence = "The result was replaced while it was fetched. Run the query again.";
  return new FatalError(sentence, { code: "RESULT_CHANGED" });
}

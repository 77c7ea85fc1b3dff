import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type AddressRules, checkAddresses, checkUrl, hostOf } from "./address.js";

/** What an address answered. */
export interface Answer {
  readonly status: number;
  /** Its beginning. */
  readonly body: string;
}

export interface PostOptions {
  readonly rules: AddressRules;
  /** For name, connection and answer together. */
  readonly timeoutMs?: number;
  /** Gives the addresses of a name. */
  readonly resolve?: (host: string) => Promise<LookupAddress[]>;
}

/** How much of an answer is kept, in bytes. */
const keptBytes = 2048;
/** Bytes of an answer that are waited for; the rest is not read. */
const mostBytes = 65_536;

/**
 * Posts to an address that a stranger chose. Its name is looked up here, once, and the connection goes to what was found
 * and checked, so that a name which stands for something else a moment later leads nowhere else. Redirects are answers
 * like others; no proxy, no credentials, and no connection is kept.
 *
 * @throws AddressRefused before anything is sent; Error with a sentence when there is no answer in time.
 */
export async function post(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { rules, timeoutMs = 10_000, resolve = everyAddress }: PostOptions,
): Promise<Answer> {
  const url = checkUrl(address, rules);
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Error(`There was no answer within ${timeoutMs / 1000} seconds.`);
  const found = await withSignal(addressesOf(hostOf(url), resolve), signal, late);
  checkAddresses(found, rules);
  return await withSignal(send(url, found, headers, body, { signal, late }), signal, late);
}

async function addressesOf(
  host: string,
  resolve: NonNullable<PostOptions["resolve"]>,
): Promise<LookupAddress[]> {
  if (isIP(host)) return [{ address: host, family: isIP(host) }];
  try {
    return await resolve(host);
  } catch {
    throw new Error(`The name ${host} could not be found.`);
  }
}

const everyAddress = (host: string) => lookup(host, { all: true, verbatim: true });

interface Limit {
  readonly signal: AbortSignal;
  readonly late: Error;
}

function send(
  url: URL,
  found: readonly LookupAddress[],
  headers: Readonly<Record<string, string>>,
  body: string,
  { signal, late }: Limit,
): Promise<Answer> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? late : sentenceOf(error));
    const sent = request(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-length": bytes.length, connection: "close" },
        agent: false,
        lookup: pinned(found),
        signal,
        maxHeaderSize: 16_384,
      },
      (response) => {
        const kept: Buffer[] = [];
        let size = 0;
        const done = () =>
          resolve({
            status: response.statusCode ?? 0,
            body: textOf(Buffer.concat(kept).subarray(0, keptBytes)),
          });
        response.on("data", (chunk: Buffer) => {
          if (size < keptBytes) kept.push(chunk);
          size += chunk.length;
          if (size < mostBytes) return;
          done();
          sent.destroy();
        });
        response.on("end", done);
        response.on("error", fail);
        response.on("close", () => {
          if (!response.complete) fail(new Error("closed"));
        });
      },
    );
    sent.on("error", fail);
    // Node answers neither of the two above then.
    sent.on("upgrade", ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, body: "" });
    });
    sent.end(bytes);
  });
}

/** Node's lookup, answered with what was found before. */
function pinned(found: readonly LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const fitting = found.filter(({ family }) => !options.family || options.family === family);
    const [first] = fitting;
    if (options.all) callback(null, [...fitting]);
    else if (first) callback(null, first.address, first.family);
    else callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 4);
  };
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nobody answers at this address: the connection was refused.",
  ECONNRESET: "The connection was closed before there was an answer.",
  EHOSTUNREACH: "The address cannot be reached.",
  ENETUNREACH: "The address cannot be reached.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another name.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is signed by nobody whom others trust.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is signed by nobody whom others trust.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate is signed by nobody whom others trust.",
};

/** Without what Node says of our own addresses. */
function sentenceOf(error: NodeJS.ErrnoException): Error {
  const known = sentences[error.code ?? ""];
  return new Error(known ?? "The connection broke before there was an answer.", { cause: error });
}

/** What the database can store: no NUL, nothing that is no character. */
function textOf(bytes: Buffer): string {
  return bytes.toString("utf8").replaceAll("\0", "�");
}

async function withSignal<T>(work: Promise<T>, signal: AbortSignal, late: Error): Promise<T> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(late);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

import type { Duplex } from "node:stream";
import {
  type AnyTRPCRouter,
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  TRPCError,
  type TRPCProcedureType,
} from "@trpc/server";
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import { type RawData, WebSocket } from "ws";
import type { Context, Identity, Services } from "../context.js";
import { toTrpcError } from "../errors.js";
import { LiveStream } from "../feed/live-stream.js";
import { identify } from "../http/identify.js";
import { logError } from "../http/log-error.js";
import { appRouter } from "../router.js";
import { framed, textFrame } from "./frame.js";
import { tokenOf } from "./introduction.js";
import { Pump } from "./pump.js";

/** Calls of one connection at the same time: a single message may hold thousands, and the database has ten connections. */
const maxCalls = 200;
/** A client with this much unread is told nothing more until it has read that. */
const fullBytes = 65_536;
/** How long a client may be full before it is cut off; it comes back and resumes where it was. */
const fullMs = 20_000;
/**
 * A client that is silent for so many ticks is asked for a sign of life, and cut off after so many. As late as a load
 * balancer allows that closes what has been silent for a minute: at thousands of watchers the asking costs more than the telling.
 */
const silence = { ask: 50, cut: 65 };
const ping = textFrame("PING");
const pong = textFrame("PONG");
/** How long a client has to show who it is: nothing is offered to nobody, and there is only so much room. */
const introducingMs = 10_000;
/** Asks tRPC's client to open a new connection and to take its subscriptions along. */
const comeBack = textFrame(JSON.stringify({ id: null, method: "reconnect" }));
/** How long such a client has until the old connection is closed. */
const movingMs = 3_000;
export const closeCodes = { restart: 1012, tokenEnded: 4401 };

type MessageId = string | number | null;
type Call = Exclude<TRPCClientOutgoingMessage, { method: "subscription.stop" }>;

export interface ConnectionOptions {
  correlationId: string;
  /** Whether its first message says who it is. */
  introducesItself: boolean;
  /** Called once, when the connection is no more; one function for all, since there may be thousands. */
  onEnd: (connection: Connection) => void;
}

/**
 * One client, in tRPC's protocol over WebSocket. Where tRPC's own server pulls each subscription through a chain of
 * promises, this one is pushed to by the feed, and holds nothing that its client has no room for.
 */
export class Connection {
  readonly #subscriptions = new Map<MessageId, Pump | null>();
  readonly #watches = { open: 0 };
  readonly #calls = { open: 0, most: maxCalls };
  readonly #correlationId: string;
  readonly #onEnd: (connection: Connection) => void;
  #identity: Promise<Identity> | null = null;
  #tokenEnds = Number.POSITIVE_INFINITY;
  #closesAt: number;
  #fullSince: number | null = null;
  #silentTicks = 0;

  constructor(
    private readonly client: WebSocket,
    private readonly wire: Duplex,
    private readonly services: Services,
    { correlationId, introducesItself, onEnd }: ConnectionOptions,
  ) {
    this.#correlationId = correlationId;
    this.#onEnd = onEnd;
    this.#closesAt = services.clock.now() + introducingMs;
    if (!introducesItself) this.#identity = Promise.resolve({ kind: "anonymous" });
    client.on("message", (data, isBinary) => this.#receive(data, isBinary));
    client.on("error", (cause) => this.#log(getTRPCErrorFromUnknown(cause), undefined));
    client.once("close", () => this.#end());
  }

  /** Whether the client has enough to read for now. */
  get isFull(): boolean {
    return this.#fullSince !== null;
  }

  send(text: string): void {
    this.#write(textFrame(text));
  }

  /** A text of which the middle is there in UTF-8; the rest of it is ASCII. */
  sendBytes(before: string, middle: Buffer, after: string): void {
    this.#write(framed(before, middle, after));
  }

  /** Straight to the wire: nothing of ours is ever deflated, so that frames go out in the order in which they are written. */
  #write(frame: Buffer): void {
    if (this.client.readyState !== WebSocket.OPEN) return;
    this.wire.write(frame);
    if (this.#fullSince === null && this.wire.writableLength > fullBytes) {
      this.#fullSince = this.services.clock.now();
      // Nor is it listened to: answers to what it says would only pile up.
      this.client.pause();
      this.wire.once("drain", () => this.#goOn());
    }
  }

  /** A call or a subscription has failed. */
  fail(id: MessageId, thrown: unknown, call?: { path: string; type: TRPCProcedureType }): void {
    const error = toTrpcError(thrown);
    this.#log(error, call?.path);
    const shape = getTRPCErrorShape({
      config: appRouter._def._config,
      error,
      type: call?.type ?? "unknown",
      path: call?.path,
      input: undefined,
      ctx: this.#context({ kind: "anonymous" }),
    });
    this.send(JSON.stringify({ id, error: shape }));
  }

  forget(id: MessageId): void {
    this.#subscriptions.delete(id);
  }

  askBack(): void {
    this.#write(comeBack);
  }

  close(code: number, reason: string): void {
    this.client.close(code, reason);
  }

  /** At the end of its token a client is asked to connect anew, which it does with a token of that moment. */
  checkTimes(now: number): void {
    if (now >= this.#tokenEnds) {
      this.#tokenEnds = Number.POSITIVE_INFINITY;
      this.#closesAt = now + movingMs;
      this.askBack();
    } else if (now >= this.#closesAt) {
      this.close(closeCodes.tokenEnded, "There is no session, or it has ended.");
    }
    if (this.#fullSince !== null && now - this.#fullSince > fullMs) this.client.terminate();
  }

  checkPulse(): void {
    this.#silentTicks += 1;
    if (this.#silentTicks === silence.ask) this.#write(ping);
    else if (this.#silentTicks >= silence.cut) this.client.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#silentTicks = 0;
    const text = isBinary ? "" : (data as Buffer).toString();
    if (text === "PING") return this.#write(pong);
    if (text === "PONG") return;
    try {
      if (!this.#identity) return this.#introduce(text);
      const said: unknown = JSON.parse(text);
      const messages = (Array.isArray(said) ? said : [said]).map((message) =>
        parseTRPCMessage(message, appRouter._def._config.transformer),
      );
      messages.forEach((message, index) => this.#handle(message, index));
    } catch (cause) {
      this.fail(null, cause instanceof TRPCError ? cause : new TRPCError({ code: "PARSE_ERROR", cause }));
    }
  }

  #introduce(text: string): void {
    const token = tokenOf(text);
    if (token === undefined) {
      this.fail(null, new TRPCError({ code: "PARSE_ERROR", message: "This introduces nobody." }));
      return this.client.close();
    }
    this.#identity = this.#identify(token).catch((error: unknown) => {
      this.fail(null, error);
      this.client.close();
      return { kind: "anonymous" };
    });
  }

  async #identify(token: string | null): Promise<Identity> {
    const identity = await identify(this.services, token);
    if (identity.kind === "verified") {
      this.#tokenEnds = identity.claims.exp * 1000;
      this.#closesAt = Number.POSITIVE_INFINITY;
    }
    if (identity.kind === "refused") this.#closesAt = this.services.clock.now() + movingMs;
    return identity;
  }

  #handle(message: TRPCClientOutgoingMessage, batchIndex: number): void {
    if (message.method === "subscription.stop") return this.#stop(message.id);
    const { id, method, params } = message;
    if (id === null) throw new TRPCError({ code: "PARSE_ERROR", message: "`id` is required" });
    const call = { path: params.path, type: method };
    if (method !== "subscription") {
      void this.#answer(message, batchIndex).catch((error: unknown) => this.fail(id, error, call));
      return;
    }
    if (this.#subscriptions.has(id)) {
      return this.fail(id, new TRPCError({ code: "BAD_REQUEST", message: `Duplicate id ${id}` }), call);
    }
    // Until its view is open: so that a stop that comes before has something to stop.
    this.#subscriptions.set(id, null);
    void this.#subscribe(message, batchIndex).catch((error: unknown) => {
      if (this.#subscriptions.delete(id)) this.fail(id, error, call);
    });
  }

  async #answer(message: Call, batchIndex: number): Promise<void> {
    const data = await this.#call(message, batchIndex);
    if (data instanceof LiveStream) throw new TRPCError({ code: "UNSUPPORTED_MEDIA_TYPE" });
    this.send(JSON.stringify({ id: message.id, result: { type: "data", data } }));
  }

  async #subscribe(message: Call, batchIndex: number): Promise<void> {
    const { id } = message;
    const stream = await this.#call(message, batchIndex);
    if (!(stream instanceof LiveStream)) throw new TRPCError({ code: "INTERNAL_SERVER_ERROR" });
    if (!this.#subscriptions.has(id) || this.client.readyState !== WebSocket.OPEN) return;
    const pump = new Pump(this, id, message.params.path, stream.open());
    this.#subscriptions.set(id, pump);
    this.send(JSON.stringify({ id, result: { type: "started" } }));
    pump.hear();
  }

  async #call(message: Call, batchIndex: number): Promise<unknown> {
    const { path, input, lastEventId } = message.params;
    const identity = await (this.#identity as Promise<Identity>);
    return callTRPCProcedure({
      router: appRouter as AnyTRPCRouter,
      path,
      getRawInput: async () =>
        lastEventId === undefined ? input : { ...(input as object | undefined), lastEventId },
      ctx: this.#context(identity),
      type: message.method,
      signal: undefined,
      batchIndex,
    });
  }

  /** Made anew for each call: thousands of connections that only listen need none. */
  #context(identity: Identity): Context {
    const { services } = this;
    const correlationId = this.#correlationId;
    const log = services.log.child({ correlationId });
    const { rates } = services;
    return { services, identity, correlationId, log, watches: this.#watches, calls: this.#calls, rates };
  }

  #stop(id: MessageId): void {
    const pump = this.#subscriptions.get(id);
    if (pump) pump.complete();
    else this.#subscriptions.delete(id);
  }

  /** The client has read what it had to read. */
  #goOn(): void {
    this.#fullSince = null;
    this.client.resume();
    for (const pump of this.#subscriptions.values()) {
      if (this.isFull) return;
      pump?.hear();
    }
  }

  #end(): void {
    for (const pump of this.#subscriptions.values()) pump?.close();
    this.#subscriptions.clear();
    this.#onEnd(this);
  }

  #log(error: TRPCError, path: string | undefined): void {
    logError(this.services.log.child({ correlationId: this.#correlationId }), error, path);
  }
}

import type { WebSocket } from "ws";
import { z } from "zod";
import {
  type Access,
  checkJoin,
  expiredMessage,
  grantAccess,
  type JoinConfig,
  joinPayload,
  type RealtimeContext,
  Refusal,
} from "./channel.js";
import { type Broadcast, decodeFrame, encodeBroadcast, encodeFrame, type Frame } from "./frames.js";
import { sendBounded, type Subscriber } from "./hub.js";
import { replay } from "./messages.js";

/** Hosted's limit of channels a connection. */
const mostChannels = 100;
/** Messages of one client that wait for their turn before its socket is paused. */
const mostWaiting = 100;
/** setTimeout cannot wait longer than this (milliseconds, about 24 days). */
const longestTimer = 2 ** 31 - 1;

interface Channel {
  topic: string;
  joinRef: string | null;
  isPrivate: boolean;
  ack: boolean;
  subscriber: Subscriber;
  access: Access;
  leave: () => void;
  expiry: NodeJS.Timeout | undefined;
}

const clientBroadcast = z.looseObject({
  event: z.string(),
  payload: z.unknown(),
  meta: z.looseObject({}).optional(),
});

/** One WebSocket of a client: its channels by client topic, and what it sends, worked off in order. */
export class Connection {
  readonly #channels = new Map<string, Channel>();
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(
    readonly context: RealtimeContext,
    readonly socket: WebSocket,
    readonly apiKey: string,
  ) {
    socket.on("message", (data, isBinary) => {
      // Joins ask the database: a client that sends faster than that is read more slowly.
      if (++this.#waiting >= mostWaiting) socket.pause();
      this.#work = this.#work.then(async () => {
        await this.#receive(data as Buffer, isBinary);
        if (--this.#waiting < mostWaiting && socket.isPaused) socket.resume();
      });
    });
    socket.on("close", () => this.#end());
    socket.on("error", () => socket.terminate());
  }

  #end(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) this.#forget(channel);
  }

  async #receive(data: Buffer, isBinary: boolean): Promise<void> {
    let frame: Frame;
    try {
      frame = decodeFrame(data, isBinary);
    } catch (error) {
      this.context.logger.warn("Realtime got a frame it cannot read", { error: String(error) });
      this.socket.close(1003, "unreadable frame");
      return;
    }
    try {
      await this.#handle(frame);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.context.logger.error("Realtime failed", {
          event: frame.event,
          topic: frame.topic,
          error: String(error),
        });
      }
      const reason = error instanceof Refusal ? error.message : "UnknownErrorOnController: internal error";
      this.#reply(frame, "error", { reason });
    }
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.topic === "phoenix" && frame.event === "heartbeat") return this.#reply(frame, "ok", {});
    if (frame.event === "phx_join") return this.#join(frame);
    const channel = this.#channels.get(frame.topic);
    if (!channel && frame.event === "phx_leave") return this.#reply(frame, "ok", {});
    if (!channel) throw new Refusal("unmatched topic");
    switch (frame.event) {
      case "phx_leave":
        this.#forget(channel);
        return this.#reply(frame, "ok", {});
      case "access_token":
        return this.#renew(channel, frame.payload);
      case "broadcast":
        return this.#broadcast(channel, frame);
      default:
        throw new Refusal(`NotImplemented: the local Realtime does not implement the event "${frame.event}"`);
    }
  }

  async #join(frame: Frame): Promise<void> {
    const parsed = joinPayload.safeParse(frame.payload);
    if (!parsed.success) throw new Refusal(`InvalidJoinPayload: ${z.prettifyError(parsed.error)}`);
    const config: JoinConfig = parsed.data.config ?? {};
    if (!frame.topic.startsWith("realtime:")) throw new Refusal("unmatched topic");
    const topic = frame.topic.slice("realtime:".length);
    checkJoin(topic, config);
    const earlier = this.#channels.get(frame.topic);
    if (earlier) this.#close(earlier);
    if (this.#channels.size >= mostChannels) throw new Refusal("ChannelRateLimitReached: Too many channels");

    const isPrivate = config.private ?? false;
    const access = await grantAccess(this.context, parsed.data.access_token ?? this.apiKey, topic, isPrivate);
    if (this.#closed) return;
    const subscriber = {
      socket: this.socket,
      clientTopic: frame.topic,
      self: config.broadcast?.self ?? false,
    };
    const channel: Channel = {
      topic,
      joinRef: frame.joinRef ?? frame.ref,
      isPrivate,
      ack: config.broadcast?.ack ?? false,
      subscriber,
      access,
      leave: this.context.hub.add(isPrivate, topic, subscriber),
      expiry: undefined,
    };
    this.#channels.set(frame.topic, channel);
    this.#watchExpiry(channel);
    this.#reply(frame, "ok", { postgres_changes: [] });
    const past = config.broadcast?.replay;
    if (!past) return;
    for (const message of await replay(this.context.sql, topic, past.since, past.limit ?? 25)) {
      sendBounded(this.socket, encodeBroadcast(frame.topic, message));
    }
  }

  /** A newer token takes over; one that is bad, or may no longer read the topic, closes the channel. */
  async #renew(channel: Channel, payload: unknown): Promise<void> {
    const token = (payload as { access_token?: unknown } | null)?.access_token;
    if (typeof token !== "string" || token === "") return;
    try {
      channel.access = await grantAccess(this.context, token, channel.topic, channel.isPrivate);
      if (!this.#closed) this.#watchExpiry(channel);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#closeWithError(channel, error.message);
    }
  }

  #broadcast(channel: Channel, frame: Frame): void {
    const message = clientBroadcast.safeParse(frame.payload);
    if (!message.success) throw new Refusal(`InvalidBroadcast: ${z.prettifyError(message.error)}`);
    if (message.data.meta?.persist !== undefined) {
      throw new Refusal("NotImplemented: the local Realtime does not implement persist");
    }
    if (!channel.access.permissions.write) {
      throw new Refusal(
        `Unauthorized: You do not have permissions to write to this Channel topic: ${channel.topic}`,
      );
    }
    const { event, payload } = message.data as Broadcast;
    this.context.hub.broadcast(channel.isPrivate, channel.topic, { event, payload }, channel.subscriber);
    if (channel.ack) this.#reply(frame, "ok", {});
  }

  #watchExpiry(channel: Channel): void {
    clearTimeout(channel.expiry);
    const left = channel.access.expires * 1000 - Date.now();
    channel.expiry = setTimeout(
      () => {
        if (channel.access.expires * 1000 > Date.now()) this.#watchExpiry(channel);
        else this.#closeWithError(channel, expiredMessage(channel.access.expires));
      },
      Math.min(Math.max(left, 0), longestTimer),
    );
  }

  #closeWithError(channel: Channel, message: string): void {
    const { clientTopic } = channel.subscriber;
    const payload = { channel: channel.topic, extension: "system", message, status: "error" };
    sendBounded(
      this.socket,
      encodeFrame({ joinRef: channel.joinRef, ref: null, topic: clientTopic, event: "system", payload }),
    );
    this.#close(channel);
  }

  #close(channel: Channel): void {
    this.#forget(channel);
    const { joinRef, subscriber } = channel;
    sendBounded(
      this.socket,
      encodeFrame({ joinRef, ref: joinRef, topic: subscriber.clientTopic, event: "phx_close", payload: {} }),
    );
  }

  #forget(channel: Channel): void {
    clearTimeout(channel.expiry);
    channel.leave();
    this.#channels.delete(channel.subscriber.clientTopic);
  }

  #reply(frame: Frame, status: "ok" | "error", response: unknown): void {
    if (frame.ref === null) return;
    const { joinRef, ref, topic } = frame;
    sendBounded(
      this.socket,
      encodeFrame({ joinRef, ref, topic, event: "phx_reply", payload: { status, response } }),
    );
  }
}

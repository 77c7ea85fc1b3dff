import type { WebSocket } from "ws";
import { type Broadcast, encodeBroadcast } from "./frames.js";

/** A client whose unread messages exceed this is cut off; supabase-js reconnects and joins again. */
const largestBacklog = 4 * 1024 * 1024;

/** One subscription that messages are delivered to. */
export interface Subscriber {
  socket: WebSocket;
  /** The topic as the client wrote it, with its "realtime:" prefix. */
  clientTopic: string;
  /** Whether it gets what it sent itself. */
  self: boolean;
}

/** Who listens to which topic. A private and a public channel of the same name are two topics. */
export class Hub {
  readonly #topics = new Map<string, Set<Subscriber>>();
  /** Whether messages are delivered, or lost without a word. */
  delivers = true;

  add(isPrivate: boolean, topic: string, subscriber: Subscriber): () => void {
    const key = keyOf(isPrivate, topic);
    const subscribers = this.#topics.get(key) ?? new Set();
    this.#topics.set(key, subscribers.add(subscriber));
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0 && this.#topics.get(key) === subscribers) this.#topics.delete(key);
    };
  }

  /** Sends to everyone on the topic; `sender` only when it asked for its own messages. */
  broadcast(isPrivate: boolean, topic: string, message: Broadcast, sender?: Subscriber): void {
    if (!this.delivers) return;
    const encoded = new Map<string, string | Buffer>();
    for (const subscriber of this.#topics.get(keyOf(isPrivate, topic)) ?? []) {
      if (subscriber === sender && !subscriber.self) continue;
      const { clientTopic } = subscriber;
      const frame = encoded.get(clientTopic) ?? encodeBroadcast(clientTopic, message);
      encoded.set(clientTopic, frame);
      sendBounded(subscriber.socket, frame);
    }
  }
}

function keyOf(isPrivate: boolean, topic: string): string {
  return `${isPrivate ? "private" : "public"}:${topic}`;
}

/** Sends without waiting. Nobody waits for a reader that does not keep up: its connection is cut. */
export function sendBounded(socket: WebSocket, frame: string | Buffer): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > largestBacklog) {
    socket.terminate();
    return;
  }
  socket.send(frame);
}

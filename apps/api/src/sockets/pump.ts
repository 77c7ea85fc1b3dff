import type { Listener, View } from "../feed/live-stream.js";
import type { Message } from "../feed/message.js";
import type { Connection } from "./connection.js";

/** Brings what is new in a view to its client, for as long as the client has room. */
export class Pump implements Listener {
  #closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly id: string | number | null,
    private readonly path: string,
    private readonly view: View<unknown>,
  ) {
    view.listener = this;
  }

  hear(): void {
    try {
      while (!this.#closed && !this.connection.isFull) {
        const message = this.view.take();
        if (message) this.#send(message);
        else return this.view.isOver ? this.complete() : undefined;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Says that nothing will come any more. */
  complete(): void {
    if (this.#closed) return;
    this.close();
    this.connection.forget(this.id);
    this.connection.send(JSON.stringify({ id: this.id, result: { type: "stopped" } }));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.view.close();
  }

  #send({ id, json }: Message<unknown>): void {
    const data = id === null ? json : `{"id":"${id}","data":${json}}`;
    const number = id === null ? "" : `"id":"${id}",`;
    const to = typeof this.id === "number" ? String(this.id) : JSON.stringify(this.id);
    this.connection.send(`{"id":${to},"result":{"type":"data",${number}"data":${data}}}`);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.connection.forget(this.id);
    this.connection.fail(this.id, error, { path: this.path, type: "subscription" });
  }
}

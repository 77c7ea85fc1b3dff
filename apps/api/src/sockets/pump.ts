import type { View } from "../feed/live-stream.js";
import type { Message } from "../feed/message.js";
import type { Connection } from "./connection.js";

/** Brings what is new in a view to its client, for as long as the client has room. */
export class Pump {
  #waiting = false;
  #closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly id: string | number | null,
    private readonly path: string,
    private readonly view: View<unknown>,
  ) {
    view.onNews = () => this.run();
  }

  run(): void {
    if (this.#waiting || this.#closed) return;
    try {
      while (!this.connection.isFull) {
        const taken = this.view.take();
        if (taken instanceof Promise) return this.#waitFor(taken);
        if (taken) this.#send(taken);
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

  #waitFor(taken: Promise<Message<unknown> | null>): void {
    this.#waiting = true;
    taken.then(
      (message) => {
        this.#waiting = false;
        if (this.#closed) return;
        if (message) this.#send(message);
        this.run();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #send({ id, json }: Message<unknown>): void {
    const data = id === null ? json : `{"id":"${id}","data":${json}}`;
    const number = id === null ? "" : `"id":"${id}",`;
    this.connection.send(
      `{"id":${JSON.stringify(this.id)},"result":{"type":"data",${number}"data":${data}}}`,
    );
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.connection.forget(this.id);
    this.connection.fail(this.id, error, { path: this.path, type: "subscription" });
  }
}

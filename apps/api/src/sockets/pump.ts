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
    const to = typeof this.id === "number" ? String(this.id) : JSON.stringify(this.id);
    const [before, after] =
      id === null
        ? [`{"id":${to},"result":{"type":"data","data":`, "}}"]
        : [`{"id":${to},"result":{"type":"data","id":"${id}","data":{"id":"${id}","data":`, "}}}"];
    // A client may call its subscription by a name with any letters.
    if (typeof json === "string" || typeof this.id !== "number")
      this.connection.send(`${before}${json.toString()}${after}`);
    else this.connection.sendBytes(before, json, after);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.connection.forget(this.id);
    this.connection.fail(this.id, error, { path: this.path, type: "subscription" });
  }
}

import { afterEach, expect, it, vi } from "vitest";
import { createConnection } from "./connection.js";

afterEach(() => vi.useRealTimers());

/** A socket whose server answers when the test says so; also to its closing. */
class SlowSocket extends EventTarget {
  static readonly opened: SlowSocket[] = [];
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  readyState = 0;
  constructor(readonly url: string) {
    super();
    SlowSocket.opened.push(this);
  }
  send(): void {}
  close(): void {
    this.readyState = 2;
  }
  answerOpen(): void {
    this.readyState = SlowSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }
  answerClose(code: number): void {
    this.readyState = SlowSocket.CLOSED;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

function watched() {
  SlowSocket.opened.length = 0;
  const { client, transport } = createConnection({
    url: "http://127.0.0.1:1",
    token: () => "token",
    WebSocket: SlowSocket as unknown as typeof WebSocket,
  });
  const watch = () => {
    const leave = transport.enter();
    const { unsubscribe } = client.runs.watchList.subscribe({}, {});
    return () => {
      unsubscribe();
      leave();
    };
  };
  const opened = async (place: number) => {
    await vi.waitFor(() => expect(SlowSocket.opened).toHaveLength(place + 1));
    const socket = SlowSocket.opened[place] as SlowSocket;
    socket.answerOpen();
    await vi.advanceTimersByTimeAsync(0);
    transport.reached("socket");
    return socket;
  };
  return { transport, watch, opened };
}

it("takes the late end of a socket that was closed for idling for no loss of the next one", async () => {
  vi.useFakeTimers();
  const { transport, watch, opened } = watched();
  const leave = watch();
  const first = await opened(0);
  expect(transport.get().status).toBe("live");
  leave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(first.readyState).toBe(2);
  watch();
  await opened(1);
  first.answerClose(1005);
  expect(transport.get()).toEqual({ mode: "socket", status: "live" });
});

it("says that a connection was lost which nobody has closed", async () => {
  vi.useFakeTimers();
  const { transport, watch, opened } = watched();
  watch();
  const socket = await opened(0);
  socket.answerClose(1006);
  expect(transport.get().status).toBe("retrying");
});

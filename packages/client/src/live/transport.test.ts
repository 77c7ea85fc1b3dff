import { afterEach, describe, expect, it, vi } from "vitest";
import { type LiveHandlers, type LiveSource, openLive } from "./open-live.js";
import { LiveTransport } from "./transport.js";

afterEach(() => vi.useRealTimers());

/** A source whose feeds do what the test says. */
function scripted() {
  const feeds: LiveHandlers[] = [];
  let polls = 0;
  const source: LiveSource = {
    open(on) {
      feeds.push(on);
      return { unsubscribe: () => {} };
    },
    poll: () => {
      polls += 1;
      return Promise.resolve(polls === 3);
    },
  };
  return { source, feeds, last: () => feeds.at(-1)!, polls: () => polls };
}

describe("the way in which changes come", () => {
  it("goes down from socket to stream to polling as nothing gets through", async () => {
    vi.useFakeTimers();
    const transport = new LiveTransport(() => Promise.resolve(false));
    const { source, feeds, polls } = scripted();
    openLive(transport, source);
    transport.failed("socket");
    expect(transport.get()).toEqual({ mode: "socket", status: "retrying" });
    transport.failed("socket");
    expect(transport.get().mode).toBe("stream");
    expect(feeds).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(6000);
    expect(transport.get().mode).toBe("poll");
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.get().status).toBe("polling");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls()).toBe(3);
  });

  it("is patient with a socket that has worked", () => {
    const transport = new LiveTransport(() => Promise.resolve(false));
    const { source, last } = scripted();
    const close = openLive(transport, source);
    last().reached();
    expect(transport.get()).toEqual({ mode: "socket", status: "live" });
    for (let time = 0; time < 5; time += 1) transport.failed("socket");
    expect(transport.get()).toEqual({ mode: "socket", status: "retrying" });
    last().reached();
    expect(transport.get().status).toBe("live");
    close();
  });

  it("does not say of the next view that its connection was lost when that of the last one was", () => {
    const transport = new LiveTransport(() => Promise.resolve(false));
    const leave = transport.enter();
    transport.reached("socket");
    transport.failed("socket");
    expect(transport.get().status).toBe("retrying");
    leave();
    transport.enter();
    expect(transport.get()).toEqual({ mode: "socket", status: "connecting" });
  });

  it("returns to the socket when one opens again", async () => {
    vi.useFakeTimers();
    let open = false;
    const transport = new LiveTransport(() => Promise.resolve(open));
    const { source, feeds } = scripted();
    const close = openLive(transport, source);
    transport.failed("socket", 2);
    expect(transport.get().mode).toBe("stream");
    feeds.at(-1)!.reached();
    open = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(transport.get().mode).toBe("socket");
    close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("listens no more to a feed that it left", () => {
    const transport = new LiveTransport(() => Promise.resolve(false));
    const { source, feeds } = scripted();
    const close = openLive(transport, source);
    const left = feeds[0]!;
    transport.failed("socket", 2);
    feeds.at(-1)!.reached();
    left.failed(new Error("late"));
    expect(transport.get()).toEqual({ mode: "stream", status: "live" });
    close();
    feeds.at(-1)!.failed(new Error("later still"));
    expect(transport.get().status).toBe("live");
  });
});

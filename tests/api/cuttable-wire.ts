import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * A wire to a server that the test can cut: every connection through it breaks off at once. Or hush: what is connected hears
 * nothing more from the other side, not even that it is gone.
 */
export async function layWire(target: string) {
  const { hostname, port } = new URL(target);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on("error", () => other.destroy());
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => ends.forEach((end) => end.destroy());
  const hush = () =>
    ends.forEach((end) => {
      end.unpipe();
      end.on("data", () => {});
    });
  return {
    hush,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

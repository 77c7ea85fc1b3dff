import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { check, inFlight, type Place, type Subject } from "../subject.js";
import { roleArn } from "./longhaul.js";
import { jsonPath } from "./machines.js";

/** A kept-alive connection that writes its requests by hand: a whole HTTP client would be what is measured. */
class Connection {
  private received: Buffer = Buffer.alloc(0);
  private answered: ((body: string) => void) | null = null;
  private failed: ((error: Error) => void) | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly port: number,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (data) => this.receive(data));
    socket.on("error", (error) => this.failed?.(error));
    socket.on("close", () => this.failed?.(new Error("the server closed a connection")));
  }

  static async to(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Connection(socket, port);
  }

  request(operation: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.answered = resolve;
      this.failed = reject;
      this.socket.write(
        `POST / HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\nContent-Type: application/x-amz-json-1.0\r\n` +
          `X-Amz-Target: AWSStepFunctions.${operation}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.failed = null;
    this.socket.destroy();
  }

  private receive(data: Buffer): void {
    this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data]);
    const end = this.received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.received.toString("latin1", 0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1]);
    if (this.received.length < end + 4 + length) return;
    const body = this.received.toString("utf8", end + 4, end + 4 + length);
    this.received = this.received.subarray(end + 4 + length);
    if (head.startsWith("HTTP/1.1 200")) this.answered?.(body);
    else this.failed?.(new Error(`${head.split("\r\n")[0]}: ${body}`));
  }
}

/** Starts executions over HTTP from this process; the engine's own process tells of the ends that its event sink saw. */
export async function open({ url }: Place): Promise<Subject> {
  const ports = JSON.parse(url) as { api: number; ends: number };
  const free = await Promise.all(Array.from({ length: inFlight }, () => Connection.to(ports.api)));
  const follower = connect(ports.ends, "127.0.0.1");
  await once(follower, "connect");
  const waiting = new Map<string, (line: string[]) => void>();
  createInterface({ input: follower }).on("line", (line) => {
    const words = line.split(" ");
    waiting.get(words[0] as string)?.(words);
    waiting.delete(words[0] as string);
  });
  const machine = { name: "five", definition: jsonPath, roleArn };
  const created = await (free[0] as Connection).request("CreateStateMachine", JSON.stringify(machine));
  const { stateMachineArn } = JSON.parse(created) as { stateMachineArn: string };
  return {
    async run(n) {
      const connection = free.pop() as Connection;
      const name = `${process.pid}-${n}`;
      const ended = new Promise<string[]>((resolve) => waiting.set(name, resolve));
      const body = `{"stateMachineArn":"${stateMachineArn}","name":"${name}","input":"{\\"run\\":\\"run-${n}\\",\\"n\\":${n}}"}`;
      await connection.request("StartExecution", body);
      free.push(connection);
      const [, status, output] = await ended;
      if (status !== "SUCCEEDED") throw new Error(`an execution ended ${status}`);
      check(n, JSON.parse(output ?? "null") as { n: number });
    },
    async close() {
      for (const connection of free) connection.close();
      follower.destroy();
    },
  };
}

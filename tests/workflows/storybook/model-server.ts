import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

/** A server that is asked as a model is, and answers as a test says. */
export async function modelServer(answer: Answer, { http2 = false } = {}) {
  const asked: Asked[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one = { path: request.url ?? "", headers: request.headers, body: JSON.parse(text || "{}") };
      asked.push(one);
      answer(one, response);
    });
  };
  // Node's HTTP/2 gives requests and answers the same face.
  const server = http2 ? createHttp2Server(listener as never) : createServer(listener);
  server.on("session", (session: ServerHttp2Session) => sessions.add(session));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export const json = (response: ServerResponse, body: unknown, status = 200, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

/** A chat completion, whole or as a stream of server-sent events, as the caller asked for it. */
export function chat({ body }: Asked, response: ServerResponse, text: string, finish = "stop"): void {
  const base = { id: "c-1", created: 0, model: String(body["model"]) };
  if (body["stream"] !== true) {
    const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: finish }];
    return json(response, { ...base, object: "chat.completion", choices, usage: {} });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, reason: string | null) =>
    response.write(
      `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`,
    );
  for (const part of text.match(/[^]{1,17}/g) ?? []) send({ content: part }, null);
  send({}, finish);
  response.end("data: [DONE]\n\n");
}

/** One message of AWS's event stream: lengths, headers and payload, each part with its checksum. */
export function eventFrame(event: string, payload: object): Buffer {
  const header = (name: string, value: string) =>
    Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7, value.length >> 8, value.length & 255]),
      Buffer.from(value),
    ]);
  const headers = Buffer.concat([
    header(":event-type", event),
    header(":content-type", "application/json"),
    header(":message-type", "event"),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + body.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const sum = (bytes: Buffer) => {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(crc32(bytes) >>> 0);
    return four;
  };
  const message = Buffer.concat([prelude, sum(prelude), headers, body]);
  return Buffer.concat([message, sum(message)]);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject } from "../json.js";
import type { VirtualClock } from "../shell/clock.js";
import { messageOf } from "./errors.js";

const MAX_BODY_BYTES = 10_000;
/** A thousand years: dates beyond have no four-digit year. */
const LONGEST_SECONDS = 1000 * 365 * 86_400;

class BadRequest extends Error {}

/** Answers GET /clock and POST /clock/advance. */
export class ClockEndpoint {
  private moving: Promise<void> = Promise.resolve();

  constructor(private readonly clock: VirtualClock) {}

  /** Whether a request is for the clock. */
  takes(req: IncomingMessage): boolean {
    return /^\/clock(\/|\?|$)/.test(req.url ?? "");
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const path = (req.url ?? "").split("?")[0];
      if (path === "/clock" && req.method === "GET") return this.tell(res);
      if (path !== "/clock/advance" || req.method !== "POST")
        return send(res, 404, { message: "There are GET /clock and POST /clock/advance" });
      await this.advance(await readBody(req));
      this.tell(res);
    } catch (error) {
      send(res, error instanceof BadRequest ? 400 : 500, { message: messageOf(error) });
    }
  }

  private tell(res: ServerResponse): void {
    send(res, 200, { now: new Date(this.clock.now()).toISOString() });
  }

  private advance(body: string): Promise<void> {
    const target = readTarget(body);
    // One after the other: two at once would each move on from where the other is on its way.
    const moved = this.moving.then(() => {
      const distance = "seconds" in target ? target.seconds * 1000 : target.until - this.clock.now();
      if (distance < 0)
        throw new BadRequest(
          `It is ${new Date(this.clock.now()).toISOString()} already: time does not go back`,
        );
      if (distance > LONGEST_SECONDS * 1000) throw new BadRequest("That is more than a thousand years away");
      return this.clock.advance(Math.round(distance));
    });
    this.moving = moved.catch(() => {});
    return moved;
  }
}

function readTarget(body: string): { seconds: number } | { until: number } {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    throw new BadRequest(
      `The body is not JSON; it is like {"seconds": 86400} or {"until": "2030-01-01T00:00:00Z"}`,
    );
  }
  const fields = isObject(request) ? Object.keys(request) : [];
  if (!isObject(request) || fields.length !== 1 || !("seconds" in request || "until" in request))
    throw new BadRequest(`The body is an object with one member, "seconds" or "until"`);
  const { seconds, until } = request;
  if ("seconds" in request) {
    if (typeof seconds === "number" && seconds >= 0 && seconds <= LONGEST_SECONDS) return { seconds };
    throw new BadRequest(`"seconds" is a number from 0 to ${LONGEST_SECONDS}`);
  }
  const moment =
    typeof until === "string" && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(until)
      ? Date.parse(until)
      : NaN;
  if (Number.isNaN(moment)) throw new BadRequest(`"until" is a time like "2030-01-01T00:00:00Z"`);
  return { until: moment };
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BadRequest(`The body is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(res: ServerResponse, status: number, body: object): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

import { z } from "zod";
import { callerOf } from "../supabase/caller.js";
import {
  apiKeyOf,
  bearer,
  BodyNotJson,
  BodyTooLarge,
  decodePart,
  type Exchange,
  readJson,
  type Service,
  sendJson,
} from "../supabase/http.js";
import { authorise } from "./authorise.js";
import type { RealtimeContext } from "./channel.js";

const batch = z.object({
  messages: z.array(
    z.object({
      topic: z.string().min(1),
      event: z.string(),
      payload: z.unknown(),
      private: z.boolean().default(false),
    }),
  ),
});
type Message = z.infer<typeof batch>["messages"][number];

/** The HTTP side of Realtime: POST /api/broadcast for many messages, /api/broadcast/<topic>/events/<event> for one. */
export function realtimeRest(context: RealtimeContext): Service {
  return async (exchange) => {
    const { res, method, path } = exchange;
    const single = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/.exec(path);
    if (method !== "POST" || (path !== "/api/broadcast" && !single)) {
      return sendJson(res, 404, { message: `The local Realtime does not implement ${method} ${path}` });
    }
    try {
      await broadcast(context, exchange, single);
    } catch (error) {
      if (error instanceof BodyNotJson) return sendJson(res, 400, { message: error.message });
      if (error instanceof BodyTooLarge) return sendJson(res, 413, { message: error.message });
      throw error;
    }
  };
}

async function broadcast(
  context: RealtimeContext,
  exchange: Exchange,
  single: RegExpExecArray | null,
): Promise<void> {
  const { req, res, query } = exchange;
  const claims = await context.keys.verify(bearer(req) ?? apiKeyOf(req, query) ?? "").catch(() => null);
  const caller = claims && callerOf(claims);
  if (!caller) return sendJson(res, 401, { message: "Unauthorized" });
  const messages = await readMessages(exchange, single);
  if (typeof messages === "string") return sendJson(res, 422, { message: messages });
  for (const { topic, event, payload, private: isPrivate } of messages) {
    // A message that may not be sent is left out; hosted says nothing either.
    if (isPrivate && !(await authorise(context.sql, caller, topic)).write) continue;
    context.hub.broadcast(isPrivate, topic, { event, payload });
  }
  res.writeHead(202).end();
}

async function readMessages(
  { req, query }: Exchange,
  single: RegExpExecArray | null,
): Promise<Message[] | string> {
  if (single && !/^application\/json/.test(req.headers["content-type"] ?? "")) {
    return "The local Realtime does not implement binary broadcasts over HTTP";
  }
  const body = await readJson(req);
  if (!single) {
    const parsed = batch.safeParse(body);
    return parsed.success ? parsed.data.messages : z.prettifyError(parsed.error);
  }
  const [topic, event] = single.slice(1).map(decodePart);
  if (!topic || !event) return "topic or event cannot be read";
  return [{ topic, event, payload: body, private: query.get("private") === "true" }];
}

/** A message of the Phoenix protocol, version 2: [join_ref, ref, topic, event, payload]. */
export interface Frame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

/** What a client broadcasts. Binary payloads travel as they are. */
export interface Broadcast {
  event: string;
  payload: unknown;
  meta?: Record<string, unknown>;
}

const userBroadcastPush = 3;
const userBroadcast = 4;
const jsonEncoding = 1;

/**
 * Reads a frame a client sent: text, or the binary form of a broadcast (kind 3: byte lengths of join_ref, ref, topic,
 * event and meta, the encoding, then those fields and the payload).
 *
 * @throws when it is neither
 */
export function decodeFrame(data: Buffer, isBinary: boolean): Frame {
  return isBinary ? decodeBinary(data) : decodeText(data.toString("utf8"));
}

function decodeText(text: string): Frame {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts) || parts.length !== 5) throw new Error("a frame is an array of five");
  const [joinRef, ref, topic, event, payload] = parts as unknown[];
  if (typeof topic !== "string" || typeof event !== "string") throw new Error("topic and event are strings");
  return { joinRef: textOrNull(joinRef), ref: textOrNull(ref), topic, event, payload };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function decodeBinary(data: Buffer): Frame {
  if (data.length < 7 || data[0] !== userBroadcastPush) throw new Error("not a broadcast frame");
  const encoding = data[6];
  let offset = 7;
  const [joinRef, ref, topic, event, meta] = [1, 2, 3, 4, 5].map((index) => {
    const end = offset + (data[index] as number);
    if (end > data.length) throw new Error("the frame is cut off");
    const field = data.toString("utf8", offset, end);
    offset = end;
    return field;
  }) as [string, string, string, string, string];
  const rest = data.subarray(offset);
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: "broadcast",
    payload: {
      type: "broadcast",
      event,
      payload: encoding === jsonEncoding ? (JSON.parse(rest.toString("utf8")) as unknown) : Buffer.from(rest),
      ...(meta ? { meta: JSON.parse(meta) as unknown } : {}),
    },
  };
}

export function encodeFrame({ joinRef, ref, topic, event, payload }: Frame): string {
  return JSON.stringify([joinRef, ref, topic, event, payload]);
}

/** A broadcast as subscribers get it: text, or binary (kind 4) where the payload is bytes. */
export function encodeBroadcast(topic: string, { event, payload, meta }: Broadcast): string | Buffer {
  if (!Buffer.isBuffer(payload)) {
    const body = { type: "broadcast", event, payload, ...(meta ? { meta } : {}) };
    return encodeFrame({ joinRef: null, ref: null, topic, event: "broadcast", payload: body });
  }
  const fields = [topic, event, meta ? JSON.stringify(meta) : ""].map((field) => Buffer.from(field));
  const sizes = fields.map((field) => field.length);
  if (sizes.some((size) => size > 255))
    throw new Error("topic, event and meta of a binary broadcast hold 255 bytes at most");
  return Buffer.concat([Buffer.from([userBroadcast, ...sizes, 0]), ...fields, payload]);
}

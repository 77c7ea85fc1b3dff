import { createHash, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Notification } from "@longhaul/kit";
import { type Delivery, FatalError, type OpenArtifact, type StepContext } from "@longhaul/kit/step";

export interface MemoryFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A step context that keeps everything in memory, and what a handler did with it. */
export interface MemoryContext {
  readonly ctx: StepContext;
  readonly abort: AbortController;
  readonly files: Map<string, MemoryFile>;
  readonly written: Map<string, Buffer>;
  readonly progress: { fraction: number; message: string | undefined }[];
  readonly deliveries: Delivery[];
  /** What was streamed, by the stream's name. */
  readonly texts: Map<string, string>;
  /** Adds an uploaded file and gives its id. */
  upload(name: string, bytes: Uint8Array | string): string;
}

/**
 * Runs a step's handler without database, storage or cloud.
 *
 * @param overrides parts of the context that differ from a first try of a run with nobody to tell
 * @param chunkBytes how large the pieces are in which an opened file arrives
 */
export function memoryContext(overrides: Partial<StepContext> = {}, chunkBytes = 64 * 1024): MemoryContext {
  const files = new Map<string, MemoryFile>();
  const written = new Map<string, Buffer>();
  const progress: MemoryContext["progress"] = [];
  const deliveries: Delivery[] = [];
  const texts = new Map<string, string>();
  const abort = new AbortController();
  const silent = () => undefined;
  const runId = "0b7c5a52-6f0e-4c1e-9d3b-1f2e3d4c5b6a";
  const upload = (name: string, bytes: Uint8Array | string) => {
    const id = randomUUID();
    files.set(id, { name, bytes: typeof bytes === "string" ? Buffer.from(bytes) : bytes });
    return id;
  };
  const ctx: StepContext = {
    run: { id: runId, organisationId: randomUUID(), name: "A run", priority: "normal" },
    startedBy: null,
    attempt: 1,
    try: 1,
    correlationId: "test",
    signal: abort.signal,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    progress: (fraction, message) => void progress.push({ fraction, message }),
    stream: (name) => ({ write: (text) => void texts.set(name, (texts.get(name) ?? "") + text) }),
    artifacts: {
      read: async (id) => {
        const { stream, ...artifact } = openFile(files.get(id), chunkBytes);
        return { ...artifact, bytes: await collect(stream.values()) };
      },
      open: async (id) => openFile(files.get(id), chunkBytes),
      write: async (name, _contentType, body) => {
        const bytes = await collect(body);
        written.set(name, bytes);
        const id = upload(name, bytes);
        return {
          id,
          size: bytes.length,
          sha256: createHash("sha256").update(bytes).digest("hex"),
        };
      },
    },
    records: {
      call: async (name) => {
        throw new Error(`Nobody answers for the record function "${name}" here: give the context one.`);
      },
    },
    connections: {
      accessToken: async () => {
        throw new Error("Nobody gives an access token here: give the context one.");
      },
    },
    deliveries: {
      record: async (delivery) => void deliveries.push(delivery),
      find: async () => stored(deliveries.at(-1), runId),
    },
    idempotencyKey: `${runId}/step`,
    simulation: false,
    ...overrides,
  };
  return { ctx, abort, files, written, progress, deliveries, texts, upload };
}

function openFile(file: MemoryFile | undefined, chunkBytes: number): OpenArtifact {
  if (!file) throw new FatalError("The file is no longer there.", { code: "ARTIFACT_NOT_FOUND" });
  const { name, bytes } = file;
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await setImmediate();
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunkBytes));
      at += chunkBytes;
    },
  });
  return { name, contentType: "application/octet-stream", size: bytes.length, stream };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function stored(delivery: Delivery | undefined, runId: string): Notification | null {
  if (!delivery) return null;
  return { ...delivery, id: randomUUID(), runId, createdAt: new Date(0).toISOString() };
}

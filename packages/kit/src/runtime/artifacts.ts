import { createHash } from "node:crypto";
import { z } from "zod";
import { FatalError } from "../step/errors.js";
import { maxArtifactBytes, type StepArtifacts } from "../step/step.js";
import type { LeaseKeeper } from "./lease-keeper.js";
import type { ObjectStore } from "./ports.js";
import type { StepLease, StepStore } from "./step-store.js";

const uuid = z.uuid();
const fileName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/\\\p{Cc}]+$/u)
  .refine((name) => name !== "." && name !== "..");
const mediaType = z
  .string()
  .max(255)
  .regex(/^[\w.+-]+\/[\w.+-]+( *; *[\w.+-]+=("[^"\p{Cc}]*"|[\w.+-]+))*$/u);

/** Files of a step: bytes through the object store, names and sizes through the step store. */
export function stepArtifacts(
  store: StepStore,
  objects: ObjectStore,
  lease: StepLease,
  keeper: LeaseKeeper,
): StepArtifacts {
  const open: StepArtifacts["open"] = async (id, { start = 0, maxBytes, contentTypes } = {}) => {
    const artifact = uuid.safeParse(id).success ? await store.openArtifact({ key: lease.key, id }) : null;
    if (!artifact) throw new FatalError("The file was not found.", { code: "ARTIFACT_NOT_FOUND" });
    const { name, contentType, size, path } = artifact;
    if (maxBytes !== undefined && size > maxBytes) throw tooLarge(name, maxBytes, size);
    if (contentTypes && !contentTypes.some((wanted) => isOfType(contentType, wanted))) {
      const message = `The file "${name}" is of type ${contentType}; ${contentTypes.join(", ")} can be read here.`;
      throw new FatalError(message, { code: "ARTIFACT_TYPE_REFUSED" });
    }
    const stream = await objects.get(path, { start, signal: keeper.signal });
    if (!stream) throw new FatalError(`The file "${name}" is gone.`, { code: "ARTIFACT_NOT_FOUND" });
    return { name, contentType, size, stream };
  };
  return {
    open,
    async read(id, options) {
      const { stream, ...artifact } = await open(id, options);
      const chunks: Uint8Array[] = [];
      // The bytes are counted all the same: what Storage gives need not be what the row says.
      const counter = new Counter(stream, keeper.signal, artifact.name, options.maxBytes);
      for await (const chunk of counter.bytes()) chunks.push(chunk);
      return { ...artifact, bytes: Buffer.concat(chunks) };
    },
    async write(name, contentType, body, { maxBytes = maxArtifactBytes } = {}) {
      if (!fileName.safeParse(name).success) {
        throw new TypeError(`"${name}" cannot be a file's name: 1 to 200 characters, no slashes.`);
      }
      if (!mediaType.safeParse(contentType).success) {
        throw new TypeError(`"${contentType}" is no content type, like "text/csv".`);
      }
      const created = (await store.createArtifact({ ...lease, name, contentType })) ?? keeper.lose();
      const counter = new Counter(body, keeper.signal, name, Math.min(maxBytes, maxArtifactBytes));
      try {
        await objects.put(created.path, contentType, counter.bytes(), { signal: keeper.signal });
      } catch (error) {
        // What a client makes of a body that breaks off says less than why it broke off.
        throw counter.refusal ?? error;
      }
      const { size, sha256 } = counter.result();
      const { held } = await store.finishArtifact({ ...lease, id: created.id, size, sha256 });
      if (!held) keeper.lose();
      return { id: created.id, size, sha256 };
    },
  };
}

/** Whether "image/png; x=y" is "image/png", or an "image/*". */
function isOfType(contentType: string, wanted: string): boolean {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const pattern = wanted.toLowerCase();
  return pattern.endsWith("/*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function tooLarge(name: string, maxBytes: number, size?: number): FatalError {
  const has = size === undefined ? "is larger" : `has ${size} bytes`;
  return new FatalError(`The file "${name}" ${has}; the most is ${maxBytes} bytes.`, {
    code: "ARTIFACT_TOO_LARGE",
  });
}

class Counter {
  readonly #body: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #hash = createHash("sha256");
  readonly #name: string;
  readonly #maxBytes: number;
  #size = 0;
  #ended = false;
  refusal: FatalError | null = null;

  constructor(body: AsyncIterable<Uint8Array>, signal: AbortSignal, name: string, maxBytes: number) {
    this.#body = body;
    this.#signal = signal;
    this.#name = name;
    this.#maxBytes = maxBytes;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#body) {
      this.#signal.throwIfAborted();
      this.#hash.update(chunk);
      this.#size += chunk.byteLength;
      if (this.#size > this.#maxBytes) {
        this.refusal = tooLarge(this.#name, this.#maxBytes);
        throw this.refusal;
      }
      yield chunk;
    }
    this.#ended = true;
  }

  result(): { size: number; sha256: string } {
    if (!this.#ended) throw new Error("The object store did not read the file to its end.");
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { FatalError } from "../step/errors.js";
import type { StepArtifacts } from "../step/step.js";
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

/** Files of a step: bytes through the object store, names and sizes through the step store. */
export function stepArtifacts(
  store: StepStore,
  objects: ObjectStore,
  lease: StepLease,
  keeper: LeaseKeeper,
): StepArtifacts {
  const { signal } = keeper;
  return {
    async open(id, { start = 0 } = {}) {
      const artifact = uuid.safeParse(id).success ? await store.openArtifact({ key: lease.key, id }) : null;
      if (!artifact) throw new FatalError("The file was not found.", { code: "ARTIFACT_NOT_FOUND" });
      const { name, contentType, size, path } = artifact;
      const stream = await objects.get(path, { start, signal });
      if (!stream) throw new FatalError(`The file "${name}" is gone.`, { code: "ARTIFACT_NOT_FOUND" });
      return { name, contentType, size, stream };
    },
    async write(name, contentType, body) {
      if (!fileName.safeParse(name).success) {
        throw new TypeError(`"${name}" cannot be a file's name: 1 to 200 characters, no slashes.`);
      }
      const created = (await store.createArtifact({ ...lease, name, contentType })) ?? keeper.lose();
      const counter = new Counter(body, signal);
      await objects.put(created.path, contentType, counter.bytes(), { signal });
      const { size, sha256 } = counter.result();
      const { held } = await store.finishArtifact({ ...lease, id: created.id, size, sha256 });
      if (!held) keeper.lose();
      return { id: created.id, size, sha256 };
    },
  };
}

class Counter {
  readonly #body: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #hash = createHash("sha256");
  #size = 0;
  #ended = false;

  constructor(body: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#body = body;
    this.#signal = signal;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#body) {
      this.#signal.throwIfAborted();
      this.#hash.update(chunk);
      this.#size += chunk.byteLength;
      yield chunk;
    }
    this.#ended = true;
  }

  result(): { size: number; sha256: string } {
    if (!this.#ended) throw new Error("The object store did not read the file to its end.");
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}

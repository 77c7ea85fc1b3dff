import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { count, fileProblem, size } from "../problems.js";

export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Inflates a gzip file, member after member. What does not inflate ends in a sentence; memory stays flat. */
export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  maxInflatedBytes: number,
): AsyncGenerator<Buffer> {
  const inflate = createGunzip({ chunkSize: 64 * 1024 });
  const feeding = pipeline(source, inflate);
  // A failure reaches the loop below through the stream itself.
  feeding.catch(() => undefined);
  let inflated = 0;
  try {
    for await (const chunk of inflate) {
      inflated += (chunk as Buffer).length;
      if (inflated > maxInflatedBytes) {
        throw fileProblem(
          "INFLATED_TOO_LARGE",
          `This gzip file unpacks to more than ${size(maxInflatedBytes)} (${count(maxInflatedBytes)} bytes), which is more than an import takes.`,
        );
      }
      yield chunk as Buffer;
    }
  } catch (error) {
    throw gzipProblem(error);
  } finally {
    inflate.destroy();
  }
}

function gzipProblem(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    const sentence = "This gzip file is cut off before its end. Compress or upload it again.";
    return fileProblem("BROKEN_GZIP", sentence, error);
  }
  if (code === "Z_DATA_ERROR" || code === "Z_STREAM_ERROR" || code === "Z_NEED_DICT") {
    const sentence = "This gzip file is damaged and cannot be unpacked. Compress or upload it again.";
    return fileProblem("BROKEN_GZIP", sentence, error);
  }
  return error;
}

/** Joins small chunks and cuts large ones, so that who reads them does an even amount of work at a time. */
export async function* blocks(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    held.push(chunk);
    size += chunk.length;
    if (size < bytes) continue;
    const joined = joinedBytes(held);
    held = [];
    size = 0;
    for (let start = 0; start < joined.length; start += bytes) yield joined.subarray(start, start + bytes);
  }
  if (size > 0) yield joinedBytes(held);
}

function joinedBytes(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(chunks);
}

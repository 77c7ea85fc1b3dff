import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { modelIn } from "./archive.js";
import { modelFile } from "./model.js";

async function archive(files: Readonly<Record<string, Buffer>>): Promise<Uint8Array> {
  const packed = pack();
  for (const [name, content] of Object.entries(files)) packed.entry({ name }, content);
  packed.finalize();
  return gzipSync(await buffer(packed));
}

test("a model of many pieces comes out whole, whatever lies beside it", async () => {
  const model = randomBytes(3_000_000);
  const found = await modelIn(await archive({ "log.txt": randomBytes(500_000), [`./${modelFile}`]: model }));
  expect(Buffer.compare(found, model)).toBe(0);
});

test("an archive without a model says so", async () => {
  await expect(modelIn(await archive({ "log.txt": Buffer.from("x") }))).rejects.toThrow("There is no");
});

test("what is no archive is refused", async () => {
  await expect(modelIn(Buffer.from("no archive"))).rejects.toThrow();
});

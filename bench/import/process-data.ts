import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { handlers } from "@longhaul/workflows/handlers";
import { memoryContext } from "@longhaul/workflows/testing";
import { measure } from "./measure.js";

const path = process.argv[2] as string;
const file = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";

const { default: processData } = await handlers["data-import"].ProcessData();
const { ctx } = memoryContext();
const open = async () => ({
  name: basename(path),
  contentType: "text/csv",
  size: statSync(path).size,
  stream: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
});

await measure(async () => {
  const onDisk = { ...ctx, artifacts: { ...ctx.artifacts, open } };
  const result = await processData.run({ file, maxRejectedShare: 0.05 }, onDisk);
  return result.rowsRead;
});

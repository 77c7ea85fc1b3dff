import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildApp } from "./app.js";
import { bundle } from "./bundle.js";

const code = await mkdtemp(path.join(tmpdir(), "longhaul-bundle-"));
try {
  await bundle(code);
  buildApp({ code }).synth();
} finally {
  await rm(code, { recursive: true });
}

// What `npm test` runs, in a fresh clone too: install what is missing, then verify everything.
import { ensureInstalled } from "./install.mjs";

try {
  ensureInstalled();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import("./verify.mjs");

import { afterAll, vi } from "vitest";

// A process takes one test file after another and loads foreign modules once. Ours are each file's own, as if it had the process
// for itself: they remember what they once read. So is what a file changes of the environment, of time and of what it spies on.
vi.resetModules();
const before = { ...process.env };
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

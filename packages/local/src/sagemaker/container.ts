// The process that runs a training image's program: it is started by instance.ts as `container.js <program> <arguments>`
// and ends with the cloud, whatever the program does.
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

// A program that never yields would not see the channel close, so a thread watches the parent.
const watchdog = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 1000);
`;
new Worker(watchdog, {
  eval: true,
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
}).unref();
// Ctrl-C in a terminal reaches the whole group; the cloud decides when its jobs end.
process.on("SIGINT", () => {});

const [node = "node", , program = "", ...rest] = process.argv;
process.argv = [node, fileURLToPath(program), ...rest];
await import(program);

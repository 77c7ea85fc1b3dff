import { readCase } from "./case.js";
import { runCase } from "./run-case.js";

// A process that runs the cases it is told, several side by side: `worker.js DIR` keeps their data in DIR. It has nothing
// to lose: its parent ends it when it hangs.
const [, , scratch] = process.argv;

process.on("message", ({ folder, name }: { folder: string; name: string }) => {
  void runCase(readCase(folder, name), scratch).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());

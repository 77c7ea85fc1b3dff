import { readCase } from "./case.js";
import { runCase } from "./run-case.js";

// A process that runs the cases it is told, several side by side. It has nothing to lose: its parent ends it when it hangs.

process.on("message", ({ folder, name }: { folder: string; name: string }) => {
  void runCase(readCase(folder, name)).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());

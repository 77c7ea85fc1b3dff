// A measurement in a process of its own: is sent one task, answers what it finds, and goes.
import type { Task } from "./tasks.js";
import { tasks } from "./tasks.js";

const say = (line: object): void => {
  process.send?.(line);
};

process.once("message", (message) => {
  const { name, input } = message as { name: keyof Task; input: never };
  const done = (line: object): void => {
    process.send?.(line, () => process.exit(0));
  };
  const began = (): void => say({ began: true });
  tasks[name](input, began).then(
    (result) => done({ result }),
    (error: Error) => done({ error: error.stack ?? String(error) }),
  );
});
process.once("disconnect", () => process.exit(1));
say({ ready: true });

import { readdirSync, watch } from "node:fs";
import path from "node:path";

/**
 * Calls back with the name of each file under `folder` that appears, changes or goes; gives what ends that. Each directory
 * is watched by itself: Node's own recursive watching hears no more, on Linux, of a file once another was renamed over it,
 * which is how many editors save and how git writes.
 */
export function watchTree(folder, onChange) {
  const watchers = new Map();
  const leave = (directory) => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  const enter = (directory, isNew) => {
    leave(directory);
    try {
      const watcher = watch(directory, (event, name) => {
        if (name === null) return;
        // A directory that came, perhaps in another's place; of a file, and of what is gone, this enters nothing.
        if (event === "rename") enter(path.join(directory, name), true);
        onChange(name);
      });
      watcher.once("error", () => leave(directory));
      watchers.set(directory, watcher);
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory()) enter(path.join(directory, entry.name), isNew);
        else if (isNew) onChange(entry.name);
      }
    } catch {
      leave(directory);
    }
  };
  enter(folder, false);
  return () => {
    for (const directory of [...watchers.keys()]) leave(directory);
  };
}

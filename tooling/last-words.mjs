/** The line of a log that says why its process ended: of an error that nobody caught its sentence, else the last one. */
export function lastWords(log) {
  const lines = log.trimEnd().split("\n");
  const last = lines.at(-1) ?? "";
  const uncaught = last.startsWith("Node.js v") ? lines.findLast((line) => /^\w*Error\b/.test(line)) : null;
  return uncaught ?? last;
}

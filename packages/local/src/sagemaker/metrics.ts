import type { CreateRequest } from "./requests.js";

type Definitions = CreateRequest["AlgorithmSpecification"]["MetricDefinitions"];

/** Reads metrics off the lines of a job's output, as its definitions say: the first group is the value. */
export function metricReader(definitions: Definitions): (line: string) => [name: string, value: number][] {
  const patterns = definitions.map(({ Name, Regex }) => ({ name: Name, pattern: new RegExp(Regex) }));
  return (line) =>
    patterns.flatMap(({ name, pattern }): [string, number][] => {
      const value = Number(pattern.exec(line)?.[1] ?? Number.NaN);
      return Number.isFinite(value) ? [[name, value]] : [];
    });
}

/** Whether each pattern can be read. */
export function wrongPattern(definitions: Definitions): string | null {
  for (const { Regex } of definitions) {
    try {
      new RegExp(Regex);
    } catch {
      return Regex;
    }
  }
  return null;
}

import { Writable } from "node:stream";
import { createLogger } from "@longhaul/api";

/** The API's own logger, writing into a list. */
export function captureLog() {
  const lines: Record<string, unknown>[] = [];
  const text: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const line = chunk.toString();
      text.push(line);
      lines.push(JSON.parse(line) as Record<string, unknown>);
      done();
    },
  });
  return { logger: createLogger("debug", destination), lines, text: () => text.join("") };
}

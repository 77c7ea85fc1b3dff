import { Writable } from "node:stream";
import { createLogger, type Logger } from "@longhaul/api";

export interface CapturedLog {
  logger: Logger;
  lines: Record<string, unknown>[];
  text(): string;
}

/** The API's own logger, writing into a list. */
export function captureLog(): CapturedLog {
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

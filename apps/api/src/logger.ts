import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** So many characters of the log are kept for a reader who is slow. */
const mostUnread = 16 * 1024 * 1024;

function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, maxLength: mostUnread });
  // A full disk must not take the API down: its log is the lesser loss.
  const flush = output.flushSync.bind(output);
  output.on("error", () => {
    // At the exit this one tries for good.
    output.flushSync = () => {};
  });
  output.on("write", () => {
    output.flushSync = flush;
  });
  return output;
}

/**
 * JSON lines on standard output, unless it is given another place. Tokens and passwords never reach it: they are cut out of headers here and
 * out of addresses by the request log.
 *
 * No request waits for whoever reads the lines: they are written as fast as those are read, and at the process's exit. Lines beyond
 * {@link mostUnread} are dropped, and a process that is killed takes those of its last moments along.
 */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    level,
    base: { service: "longhaul-api" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        "req.headers.authorization",
        "req.headers.cookie",
        "req.headers['sec-websocket-protocol']",
        "req.headers.apikey",
        "*.token",
        "*.access_token",
        "*.password",
      ],
      censor: "[cut out]",
    },
  };
  return pino(options, destination);
}

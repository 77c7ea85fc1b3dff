import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/**
 * JSON lines on standard output, unless it is given another place. Tokens and passwords never reach it: they are cut out of headers here and
 * out of addresses by the request log.
 *
 * No request waits for whoever reads the lines: they are written as fast as those are read, and at the process's exit. A process
 * that is killed takes the lines of its last moments along.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: false }),
): Logger {
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

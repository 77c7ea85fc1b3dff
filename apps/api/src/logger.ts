import { type Logger, pino } from "pino";

export type { Logger };

/**
 * JSON lines on standard output. Tokens and passwords never reach it: they are cut out of headers here and
 * out of addresses by the request log.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { service: "longhaul-api" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
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
  });
}

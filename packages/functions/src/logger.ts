import { type Logger, pino } from "pino";

/** JSON lines on stdout, where Lambda collects them; what a line is about is added by who logs it. */
export function createLogger(options: { level: string; functionName: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.functionName },
    messageKey: "message",
    errorKey: "error",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

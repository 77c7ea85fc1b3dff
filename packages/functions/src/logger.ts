import { Logger, LogLevel } from "@aws-lambda-powertools/logger";
import type { Logger as StepLogger } from "@longhaul/kit/runtime";
import type { RunsLogger } from "@longhaul/runs";

const levels = {
  fatal: LogLevel.CRITICAL,
  error: LogLevel.ERROR,
  warn: LogLevel.WARN,
  info: LogLevel.INFO,
  debug: LogLevel.DEBUG,
  trace: LogLevel.TRACE,
  silent: LogLevel.SILENT,
} as const;

export type LogLevelName = keyof typeof levels;
export type FunctionLogger = StepLogger & RunsLogger;

/**
 * AWS Lambda Powertools' structured logs on stdout, where Lambda collects them: one JSON line each, with its level, its
 * time, the function's name and what who logs knows (run, step, attempt, correlation id).
 */
export function createLogger(options: { level: LogLevelName; functionName: string }): FunctionLogger {
  const logger = new Logger({ serviceName: options.functionName, logLevel: levels[options.level] });
  const line = (level: "debug" | "info" | "warn" | "error") => (fields: object, message: string) => {
    const { err, ...known } = fields as { err?: unknown };
    logger[level](message, { ...known, ...(err !== undefined && { error: asError(err) }) });
  };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** Powertools spells out errors only: their name, place and causes. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The pool was closed before the invocation ended. */
export class PoolClosed extends Error {
  constructor() {
    super("The local Lambda is shutting down.");
  }
}

/** The system started no process for an invocation: it has too little memory, or too many files or processes. */
export class NoProcess extends Error {
  constructor(cause: unknown) {
    super(`No process could be started: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/**
 * A start that cannot succeed as things are. The message is one sentence (or two) for the person at the
 * keyboard: what is wrong and the way out. Callers print it without a stack.
 */
export class StartError extends Error {
  override name = "StartError";
}

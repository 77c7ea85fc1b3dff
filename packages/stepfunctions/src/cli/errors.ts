/** What keeps a command from being done: shown as a sentence, without a stack. The exit status is 2. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** Of the command whose usage is shown with it. */
    readonly command?: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

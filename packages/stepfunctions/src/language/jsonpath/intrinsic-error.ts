/** A call of an intrinsic function fails. The message lacks the words that name the call. */
export class IntrinsicError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IntrinsicError";
  }
}

/** An intrinsic function cannot work with its arguments. */
export class Unfit extends Error {
  /** @param words what AWS says about it, where that is more than "Invalid arguments in States.X" */
  constructor(readonly words?: string) {
    super(words);
    this.name = "Unfit";
  }
}

/** @throws Unfit unless it is an array */
export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unfit();
  return value;
}

/** @throws Unfit unless it is a string */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new Unfit();
  return value;
}

/** @throws Unfit unless it is a number */
export function number(value: unknown): number {
  if (typeof value !== "number") throw new Unfit();
  return value;
}

/** A number without its fraction, as AWS takes most numbers. @throws Unfit unless it is a number */
export function integer(value: unknown): number {
  return Math.trunc(number(value)) + 0;
}

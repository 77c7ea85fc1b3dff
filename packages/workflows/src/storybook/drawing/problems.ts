import { FatalError } from "@longhaul/kit/step";

/** A drawing that no book can be made from, told to the person who uploaded it. */
export function unusable(code: string, sentence: string, cause?: unknown): FatalError {
  return new FatalError(sentence, { code, cause });
}

/** Why a document is left out: the sentence is for the person who has uploaded it. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export const empty = (): Refused =>
  new Refused("It has no text: it is empty, or holds pictures of text only.");
export const damaged = (cause?: unknown): Refused =>
  new Refused("It is damaged, or not what it says it is.", { cause });
export const tooMuch = (): Refused => new Refused("It holds more than can be read.");

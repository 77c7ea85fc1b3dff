/**
 * A page in the making. `{slot}` stands for a word of the drawing or the child, `[one|other]` for a choice.
 * The second text says what the picture shows.
 */
export type PageTemplate = readonly [text: string, illustration: string];

/** A story as its turns; each turn has several ways to be told. */
export interface Plot {
  readonly titles: readonly string[];
  readonly opening: readonly PageTemplate[];
  readonly wish: readonly PageTemplate[];
  /** Along the way, in any order. Shorter books have fewer. */
  readonly journey: readonly PageTemplate[];
  readonly trouble: readonly PageTemplate[];
  readonly rescue: readonly PageTemplate[];
  readonly ending: readonly PageTemplate[];
}

type Turn = Exclude<keyof Plot, "titles">;

/** Which turns a book of so many pages has. */
export const turns: Readonly<Record<number, readonly Turn[]>> = {
  4: ["opening", "wish", "rescue", "ending"],
  5: ["opening", "wish", "journey", "rescue", "ending"],
  6: ["opening", "wish", "journey", "trouble", "rescue", "ending"],
  7: ["opening", "wish", "journey", "journey", "trouble", "rescue", "ending"],
  8: ["opening", "wish", "journey", "journey", "journey", "trouble", "rescue", "ending"],
};

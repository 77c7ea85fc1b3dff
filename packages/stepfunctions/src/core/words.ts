import { isObject } from "../json.js";

/** Texts that an execution's log says again and again and that stand in its definition: the log has their numbers. */
export class Words {
  static readonly none = new Words([]);
  private readonly places = new Map<string, number>();

  private constructor(private readonly texts: string[]) {
    for (const [place, text] of texts.entries()) this.places.set(text, place + 1);
  }

  /** The words of a definition: the same ones, in the same order, whenever they are asked for. */
  static of(definition: unknown): Words {
    const found = new Set<string>();
    gather(definition, found);
    return new Words([...found]);
  }

  /** The number of a text, from 1; undefined for one that is no word. */
  number(text: string): number | undefined {
    return this.places.get(text);
  }

  /** @throws Error for a number that no word has */
  text(number: number): string {
    const text = this.texts[number - 1];
    if (text === undefined) throw new Error(`the definition has no word ${number}`);
    return text;
  }
}

/** Names of states, and what their tasks call. */
function gather(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) gather(item, found);
  if (!isObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === "States" && isObject(part)) for (const name of Object.keys(part)) found.add(name);
    if ((key === "Resource" || key === "FunctionName") && typeof part === "string") found.add(part);
    gather(part, found);
  }
}

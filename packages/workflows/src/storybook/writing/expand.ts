import { withArticle } from "../drawing/describe.js";
import type { Random } from "./random.js";
import type { Words } from "./words.js";

const choice = /\[([^[\]]*)\]/;
const slot = /\{(a )?(\w+)\}/g;

/** Fills the templates of one story, page after page: who was met once is "the" one from then on. */
export function teller(words: Words, random: Random): (template: string) => string {
  const met = new Set<string>();
  const filled = (_: string, article: string | undefined, name: string) => {
    const key = (name.charAt(0).toLowerCase() + name.slice(1)) as keyof Words;
    const value = words[key];
    if (value === undefined) throw new RangeError(`A plot has no word for "${name}".`);
    const word = key.startsWith("thing") && met.has(key) ? value.replace(/^an? /, "the ") : value;
    met.add(key);
    const whole = article ? withArticle(word) : word;
    return name === key ? whole : capital(whole);
  };
  return (template) => {
    let text = template;
    for (let found = choice.exec(text); found; found = choice.exec(text)) {
      const one = random.pick((found[1] as string).split("|"));
      text = text.replace(found[0], () => one);
    }
    return capital(text.replaceAll(slot, filled));
  };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

import { expect, it } from "vitest";
import { personaOf } from "./persona.js";

it.each([
  [
    ["The sea is old.", "I go to the sea."],
    ["sea", "old"],
  ],
  [["天空很蓝。", "天空很大。"], ["天空"]],
  [["がくせいです。", "がくせいだ。"], ["がく"]],
  [["हिन्दी सरल है।", "हिन्दी सुंदर है।"], ["हिन्दी"]],
  [["שָׁלוֹם רב", "שלום לכם"], ["שלום"]],
  [["Der Ärger wächst.", "Kein Ärger."], ["arger"]],
  [["하늘이 푸르다.", "하늘이 넓다."], ["하늘이"]],
])("the favourite words of %j are words of its script", (sentences, words) => {
  const { favourites } = personaOf([sentences]);
  expect(favourites.slice(0, words.length)).toEqual(words);
  expect(favourites).not.toContain("go");
});

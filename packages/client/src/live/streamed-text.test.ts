import { describe, expect, it } from "vitest";
import { addTexts } from "./streamed-text.js";

const piece = (offset: number, text: string, over: object = {}) => ({
  step: "WriteStory",
  itemPath: "",
  visit: 0,
  stream: "story",
  offset,
  text,
  ...over,
});
const texts = (...pieces: ReturnType<typeof piece>[]) =>
  pieces.reduce((known, next) => addTexts(known, [next]), addTexts([], []));

describe("a text that is being written", () => {
  it("grows by what comes, each stream by itself", () => {
    const all = texts(piece(0, "Once "), piece(0, "Hm", { itemPath: "1" }), piece(5, "upon"));
    expect(all.map(({ itemPath, from, text }) => [itemPath, from, text])).toEqual([
      ["", 0, "Once upon"],
      ["1", 0, "Hm"],
    ]);
  });

  it("is written over from where a new try begins", () => {
    expect(texts(piece(0, "Once upon"), piece(0, "A")).map(({ text }) => text)).toEqual(["A"]);
    expect(texts(piece(0, "Once upon"), piece(5, "more")).map(({ text }) => text)).toEqual(["Once more"]);
  });

  it("says where it begins for whoever did not hear the beginning, or missed something", () => {
    expect(texts(piece(100, "late"))).toMatchObject([{ from: 100, text: "late" }]);
    expect(texts(piece(0, "Once"), piece(50, "far"))).toMatchObject([{ from: 50, text: "far" }]);
    expect(texts(piece(50, "far"), piece(0, "Once"))).toMatchObject([{ from: 0, text: "Once" }]);
  });
});

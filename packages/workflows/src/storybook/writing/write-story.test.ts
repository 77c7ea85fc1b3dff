import { describe, expect, it } from "vitest";
import type { Description } from "../result.js";
import { storyResultSchema } from "../result.js";
import { sceneOf } from "../pictures/scene.js";
import { plots, writeStory } from "./write-story.js";
import { checkSafe, unsafePart } from "./safety.js";

const seen: Description = {
  summary: "A house and a sun.",
  elements: [
    { name: "square red shape", colour: "red", where: "middle", size: "large", guess: "a house" },
    { name: "round yellow shape", colour: "yellow", where: "top left", size: "medium", guess: "a sun" },
    { name: "outlined black shape", colour: "black", where: "right", size: "small", guess: null },
  ],
  colours: [{ name: "red", hex: "#cc3322", share: 0.7 }],
  mood: "cheerful",
};
const nothing: Description = { summary: "An almost empty sheet.", elements: [], colours: [], mood: "calm" };
const madeBy = { maker: "offline", model: "story grammar", note: null } as const;
const seeds = Array.from({ length: 120 }, (_, i) => `run-${i}`);

describe("the grammar", () => {
  it.each([4, 5, 6, 7, 8])("tells %i pages, each a whole and safe one, from any drawing", (pages) => {
    for (const seed of seeds) {
      for (const description of [seen, nothing]) {
        const story = writeStory({ childName: "Zoë", pages, seen: description, seed });
        expect(storyResultSchema.parse({ ...story, madeBy })).toEqual({ ...story, madeBy });
        expect(story.pages).toHaveLength(pages);
        for (const { text } of story.pages) {
          expect(text).not.toMatch(
            /[{}[\]|]|undefined|\ba [aeiou]|\ban (?!hour)[^aeiou]|\b(a|an|the) (a|an|the)\b/i,
          );
          expect(text).toMatch(/^[“A-Z].*[.!?]”?$/);
          expect(unsafePart(text)).toBeNull();
        }
        expect(new Set(story.pages.map(({ text }) => text)).size).toBe(pages);
      }
    }
  });

  it("tells the same story for the same seed, and many different ones", () => {
    const order = { childName: "Mia", pages: 6, seen };
    const texts = seeds.map((seed) => JSON.stringify(writeStory({ ...order, seed })));
    expect(seeds.map((seed) => JSON.stringify(writeStory({ ...order, seed })))).toEqual(texts);
    expect(new Set(texts).size).toBe(seeds.length);
  });

  it("is about the child and what it drew, and meets nobody as a stranger twice", () => {
    const all = seeds.map((seed) => writeStory({ childName: "Mia", pages: 8, seen, seed }));
    for (const { pages } of all) {
      const text = pages.map((page) => page.text).join(" ");
      expect(text).toContain("Mia");
      expect(text).toContain("red house");
      expect((text.match(/\ba yellow sun\b/gi) ?? []).length).toBeLessThan(2);
    }
    expect(all.some(({ pages }) => JSON.stringify(pages).includes("yellow sun"))).toBe(true);
  });

  it("gives nobody the child's own name", () => {
    for (const seed of seeds) {
      const { pages } = writeStory({ childName: "Pip", pages: 4, seen, seed });
      expect(JSON.stringify(pages)).not.toMatch(/Pip and Pip|said Pip, “but I have you/);
    }
  });

  it("names a place and a time on every picture", () => {
    const templates = plots.flatMap(({ titles: _, ...turns }) => Object.values(turns).flat());
    for (const [text, illustration] of templates) {
      expect(illustration).toMatch(/\b(morning|day|evening|night|rain|forest)\b/);
      expect(sceneOf(illustration, text)).toBeDefined();
    }
  });
});

describe("scenes", () => {
  it.each([
    ["A meadow by the sea in the morning, with flowers.", "meadow", "morning", "clear"],
    ["The sea at night, with a boat, stars and a moon.", "sea", "night", "clear"],
    ["A town in the rain, with dark clouds.", "town", "day", "rain"],
    ["Snow on the hills in the evening.", "hills", "evening", "snow"],
    ["Something nice.", "meadow", "day", "clear"],
  ])("%s", (illustration, setting, time, weather) => {
    expect(sceneOf(illustration, "")).toMatchObject({ setting, time, weather });
  });

  it("follow a text that a person has changed", () => {
    expect(sceneOf("A picture.", "They sailed over the ocean at midnight.")).toMatchObject({
      setting: "sea",
      time: "night",
    });
  });
});

describe("safety", () => {
  it.each(["He had a gun.", "Blood everywhere", "you idiot", "Visit https://example.org", "Click here!"])(
    "refuses %j",
    (text) => {
      expect(() => checkSafe(text)).toThrow(
        expect.objectContaining({ name: "RetryableError", code: "STORY_UNSAFE" }),
      );
    },
  );

  it.each(["A skilled begonia", "hello, shell", "The classic cockatoo", "They shared a therapist's hat"])(
    "lets %j pass",
    (text) => {
      expect(() => checkSafe(text)).not.toThrow();
    },
  );
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readModel, writeModel } from "../model/model.js";
import { corpusOf } from "./corpus.js";
import { type Progress, train } from "./train.js";

const fixtures = new URL("../../../../../tests/fixtures/twins/", import.meta.url);
const documents = [
  "gettysburg-address",
  "second-inaugural-address",
  "house-divided",
  "alice-in-wonderland",
].map((name) => ({ name: `${name}.txt`, text: readFileSync(new URL(`${name}.txt`, fixtures), "utf8") }));

/** The same words in any order; the sentences are as long as before, and end as before. */
function shuffled(text: string, seed = 7): string {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const words = text.split(/\s+/).map((word) => word.replace(/[^\p{L}'’-]/gu, ""));
  for (let i = words.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [words[i], words[j]] = [words[j] as string, words[i] as string];
  }
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.split(/\s+/));
  return paragraphs
    .map((paragraph) =>
      paragraph.map((word) => `${words.pop()}${/[.?!]["')]*$/.test(word) ? "." : ""}`).join(" "),
    )
    .join("\n\n");
}

describe("training a twin", () => {
  it("learns over the epochs, and shuffled text scores worse", async () => {
    const { history } = await train(documents, { epochs: 10 });
    const { history: noise } = await train(
      documents.map(({ name, text }) => ({ name, text: shuffled(text) })),
      { epochs: 10 },
    );
    const [first, last, noisy] = [history[0], history.at(-1), noise.at(-1)];
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(last!.validationPerplexity).toBeLessThan(first!.validationPerplexity);
    expect(last!.validationPerplexity).toBeLessThan(noisy!.validationPerplexity * 0.95);
    expect(last!.validationMrr).toBeGreaterThan(noisy!.validationMrr + 0.1);
  });

  it("gives the same model for the same texts, and goes on from where it was ended", async () => {
    const whole = await train(documents, { epochs: 6 });
    let kept: Progress | undefined;
    const stop = train(documents, {
      epochs: 6,
      onEpoch: async (progress) => {
        kept = structuredClone(progress);
        if (progress.epochs.length === 3) throw new Error("ended");
      },
    });
    await expect(stop).rejects.toThrow("ended");
    const rest = await train(documents, { epochs: 6, from: kept! });
    expect(rest.history).toEqual(whole.history);
    expect(writeModel(rest.model).equals(writeModel(whole.model))).toBe(true);
  });

  it("keeps what it measures on out of what it learns from", () => {
    const { chunks, remaining, tuning, validation } = corpusOf(documents);
    const learned = remaining.flat();
    const held = [...tuning, ...validation].map(({ sentence }) => sentence);
    expect(held.length).toBeGreaterThan(10);
    for (const { sentence, chunk } of validation) expect(remaining[chunk]).not.toContain(sentence);
    expect(chunks.flatMap(({ sentences }) => sentences)).toHaveLength(learned.length + held.length);
  });

  it("leaves a model that finds the passage of a question, and knows the voice", async () => {
    const { model } = await train(documents, { epochs: 3 });
    const twin = readModel(writeModel(model));
    const [hit] = twin.find("What was on the jar of marmalade?", 3);
    const chunk = twin.chunks[hit!.place]!;
    expect(twin.documents[chunk.document]).toBe("alice-in-wonderland.txt");
    expect(chunk.sentences.join(" ")).toContain("ORANGE MARMALADE");
    expect(twin.find("zebra quantum", 3)).toEqual([]);
    expect(twin.persona.favourites).toContain("war");
    const lines = ["We are met on a great battle-field of that war."];
    expect(twin.language.perplexity(lines)).toBeCloseTo(model.language.perplexity(lines)!, 6);
    expect(twin.language.perplexity(lines)!).toBeLessThan(
      twin.language.perplexity(["War of met field a great are that on we battle."])!,
    );
  });

  it("says when there is too little text", async () => {
    await expect(train([{ name: "a.txt", text: "One line. Two lines." }], { epochs: 2 })).rejects.toThrow(
      "too little text",
    );
  });
});

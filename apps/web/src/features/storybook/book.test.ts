import type { RunStep } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { bookOf, whole } from "./book.js";

const step = (name: string, over: Partial<RunStep> = {}): RunStep => ({
  step: name,
  itemPath: "",
  visit: 0,
  stage: null,
  status: "succeeded",
  undoes: null,
  copiedFrom: null,
  tries: 1,
  progress: 1,
  message: null,
  input: {},
  output: null,
  error: null,
  startedAt: "2026-11-22T10:00:00.000Z",
  finishedAt: null,
  ...over,
});

const madeBy = { maker: "offline", model: "test", note: null };
const story = {
  title: "The Sun",
  pages: Array.from({ length: 4 }, (_, page) => ({ text: `Page ${page}.`, illustration: "A sun." })),
  madeBy,
};
const picture = { artifactId: "7d9f0c44-5f0e-4a6e-8c8e-3f8f6f0a1b2c", width: 1280, height: 720, madeBy };

describe("bookOf", () => {
  it("waits for every part of a run that has just begun, by the number of pages that was ordered", () => {
    const book = bookOf({ status: "running", input: { pages: 5 } }, []);
    expect(book.vision).toEqual({ state: "waiting" });
    expect(book.pictures).toHaveLength(5);
    expect(whole(book.pictures)).toBe("waiting");
  });

  it("shows each page's picture as soon as its own checkpoint is there", () => {
    const book = bookOf({ status: "running", input: { pages: 6 } }, [
      step("Story", { output: story }),
      step("DrawPage", { itemPath: "2", output: picture }),
      step("DrawPage", { itemPath: "0", status: "running", progress: 0.1, message: "Drawing page 1" }),
    ]);
    expect(book.pictures.map(({ state }) => state)).toEqual(["making", "waiting", "ready", "waiting"]);
    expect(whole(book.pictures)).toBe("making");
  });

  it("keeps what was made when a later part has failed, and says which parts never came", () => {
    const error = { code: "SIMULATED", message: "The picture failed." };
    const book = bookOf({ status: "failed", input: {} }, [
      step("Story", { output: story }),
      step("DrawPage", { itemPath: "1", status: "failed", error }),
    ]);
    expect(book.story.state).toBe("ready");
    expect(book.pictures[1]).toEqual({ state: "failed", message: "The picture failed." });
    expect(whole(book.pictures)).toBe("failed");
    expect(book.video).toEqual({ state: "missing" });
  });

  it("tells the story as its reader left it, and as it was written where nobody read it in time", () => {
    const written = step("Story", { output: story });
    const told = (decision: typeof story | null) =>
      bookOf({ status: "running", input: {} }, [written, step("ReviewStory", { output: { decision } })])
        .story;
    const edited = { ...story, title: "The Moon" };
    expect(told(edited)).toEqual({ state: "ready", value: edited });
    expect(told(null)).toEqual({ state: "ready", value: story });
  });

  it("does not take an output of another shape for a story", () => {
    const book = bookOf({ status: "succeeded", input: {} }, [step("Story", { output: { title: "x" } })]);
    expect(book.story.state).toBe("failed");
  });
});

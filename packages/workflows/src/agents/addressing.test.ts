import { describe, expect, it } from "vitest";
import { addressedIn, nextSpeaker } from "./addressing.js";
import type { Turn } from "./result.js";

const agents = ["Ann", "Ann Lee", "Ben", "Zoë"].map((name) => ({ name, role: "r", position: "p" }));
const turn = (speaker: string, addressed: string | null = null) => ({ speaker, addressed }) as Turn;

describe("who is addressed", () => {
  it.each([
    ["I think so. Ben, how do you see it?", "Ben"],
    ["Ben said so. What do you say, Zoë?", "Zoë"],
    ["Ben, you are wrong.", "Ben"],
    ["Ann Lee, do you agree?", "Ann Lee"],
    ["What of it, zoë?", "Zoë"],
    ["I agree with Ben.", null],
    ["Benjamin, do you?", null],
    ["Is that so? Nobody knows.", null],
    ["", null],
  ])("in %j", (text, name) => {
    expect(addressedIn(text, agents, "Ann")).toBe(name);
  });

  it("is never who speaks", () => {
    expect(addressedIn("Ben, do I agree with myself?", agents, "Ben")).toBeNull();
  });
});

describe("who has the word", () => {
  const counts = (spoken: Record<string, number>) => new Map(Object.entries(spoken));

  it("is whoever was addressed", () => {
    expect(nextSpeaker(agents, [turn("Ann", "Ben")], counts({ Ann: 1 })).name).toBe("Ben");
  });

  it("is whoever has been silent longest where nobody was, or who was had it often", () => {
    expect(nextSpeaker(agents, [turn("Ann")], counts({ Ann: 1 })).name).toBe("Ann Lee");
    const often = counts({ Ann: 3, Ben: 3, Zoë: 1, "Ann Lee": 1 });
    expect(nextSpeaker(agents, [turn("Zoë"), turn("Ann", "Ben")], often).name).toBe("Ann Lee");
  });

  it("is not passed to and fro between two while others wait", () => {
    const said = [turn("Ben", "Ann"), turn("Ann", "Ben")];
    expect(nextSpeaker(agents, said, counts({ Ben: 1, Ann: 1 })).name).toBe("Ann Lee");
  });

  it("is never who had it last", () => {
    expect(nextSpeaker(agents.slice(2), [turn("Ben", "Ben")], counts({ Zoë: 9 })).name).toBe("Zoë");
  });
});

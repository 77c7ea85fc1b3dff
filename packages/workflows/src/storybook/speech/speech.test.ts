import { describe, expect, it } from "vitest";
import { sayable, speak } from "./flite.js";
import { sentencesOf } from "./sentences.js";
import { joined, secondsOf, silence, soundOf, wavOf } from "./sound.js";

const never = new AbortController().signal;

describe("sentences", () => {
  it.each([
    ["One day. Two days.", ["One day. Two days."]],
    ["The first sentence. The second sentence.", ["The first sentence.", "The second sentence."]],
    ["“Is it far?” asked the snail. It was not.", ["“Is it far?” asked the snail.", "It was not."]],
    ["Boom, boom, boom! Ting, ting, ting…", ["Boom, boom, boom!", "Ting, ting, ting…"]],
    ["no end", ["no end"]],
  ])("%j", (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
    for (const sentence of sentences) expect(text).toContain(sentence);
  });
});

describe("the voice", () => {
  it("is sound, as long as its sentences, and the same again", async () => {
    const { sound, cues } = await speak("The sun went down behind the hill. “Good night,” said Zoë.", never);
    expect(sound.rate).toBe(16_000);
    expect(secondsOf(sound)).toBeGreaterThan(2.5);
    expect(secondsOf(sound)).toBeLessThan(9);
    expect(cues.map(({ text }) => text)).toEqual([
      "The sun went down behind the hill.",
      "“Good night,” said Zoë.",
    ]);
    const [first, second] = cues as [(typeof cues)[0], (typeof cues)[0]];
    expect(first.from).toBe(0);
    expect(second.from).toBeGreaterThan(first.to);
    expect(second.to).toBeLessThanOrEqual(secondsOf(sound));
    const loud = (from: number, to: number) =>
      Math.hypot(...sound.samples.subarray(from * 16_000, to * 16_000)) / Math.sqrt((to - from) * 16_000);
    expect(loud(first.from, first.to)).toBeGreaterThan(500);
    expect(loud(first.to + 0.05, second.from - 0.05)).toBeLessThan(20);
    const again = await speak("The sun went down behind the hill. “Good night,” said Zoë.", never);
    expect(again.sound.samples).toEqual(sound.samples);
  }, 30_000);

  it("takes nothing of a text for an order", async () => {
    expect(sayable('-o /etc/passwd "x" <break/> Łódź — naïve')).toBe("-o /etc/passwd x break/ lodz, naive");
    const { cues } = await speak("-voice /etc/passwd is what it said.", never);
    expect(cues).toHaveLength(1);
  }, 30_000);

  it("is silent where it cannot read", async () => {
    const { sound, cues } = await speak("从前有一座山。", never);
    expect(cues).toEqual([]);
    expect(secondsOf(sound)).toBe(1);
  });

  it("stops when it is told to", async () => {
    await expect(speak("One sentence here.", AbortSignal.abort(new Error("stopped")))).rejects.toThrow(
      "stopped",
    );
  });
});

describe("WAV", () => {
  it("comes back as it went", () => {
    const sound = joined([
      { rate: 8_000, samples: Int16Array.from([1, -2, 32_767, -32_768]) },
      silence(8_000, 0.001),
    ]);
    expect(soundOf(wavOf(sound))).toEqual(sound);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["no WAV", Buffer.alloc(100, 1)],
    ["no sound", wavOf(silence(8_000, 0)).subarray(0, 36)],
  ])("is refused when it is %s", (_, bytes) => {
    expect(() => soundOf(bytes)).toThrow(RangeError);
  });

  it("may not know its own length", () => {
    const wav = wavOf({ rate: 8_000, samples: Int16Array.from([1, 2, 3]) });
    wav.writeUInt32LE(0xffffffff, 40);
    expect([...soundOf(wav).samples]).toEqual([1, 2, 3]);
  });
});

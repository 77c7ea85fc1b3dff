import { describe, expect, it } from "vitest";
import { fitCaption } from "./frames.js";
import { escapeXml, widthOf, wrap } from "./lettering.js";
import { ffmetadata, subRip, webVtt } from "./subtitles.js";
import { timelineOf } from "./timeline.js";

const cue = { text: "“A & B” <i>said</i> {\\an8}", from: 1.5, to: 3_661.25 };

describe("subtitles", () => {
  it("are WebVTT that holds no markup", () => {
    expect(webVtt([cue])).toBe(
      "WEBVTT\n\n00:00:01.500 --> 01:01:01.250\n“A &amp; B” &lt;i&gt;said&lt;/i&gt; {\\an8}\n",
    );
  });

  it("are SubRip that holds no markup", () => {
    expect(subRip([cue])).toBe("1\n00:00:01,500 --> 01:01:01,250\n“A & B” isaid/i \\an8\n");
  });

  it("never end a cue by an empty line, nor make an arrow", () => {
    const text = webVtt([{ text: "one\n\n00:00 --> 00:01\n\ntwo", from: 0, to: 1 }]);
    expect(text.match(/-->/g)).toHaveLength(1);
    expect(text.trimEnd().split("\n\n")).toHaveLength(2);
  });
});

describe("chapters", () => {
  it("keep their names whatever is in them", () => {
    expect(ffmetadata("A=B;#\\\n[CHAPTER]", [{ title: "x\ny", from: 0, to: 1.234 }])).toBe(
      ";FFMETADATA1\ntitle=A\\=B\\;\\#\\\\ [CHAPTER]\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1234\ntitle=x y\n",
    );
  });
});

describe("the timeline", () => {
  it("has a part for the title, each page and the end, without gap, on whole frames", () => {
    const page = { seconds: 3.333, cues: [{ text: "Hello.", from: 0.1, to: 3 }] };
    const { parts, chapters, cues, seconds } = timelineOf("Book", [page, page]);
    expect(chapters.map(({ title }) => title)).toEqual(["Book", "Page 1", "Page 2", "The End"]);
    parts.forEach(({ from, seconds: length }, i) => {
      expect(from + length).toBeCloseTo(parts[i + 1]?.from ?? seconds, 5);
      expect((length * 25) % 1).toBeCloseTo(0, 5);
    });
    expect(cues).toHaveLength(2);
    for (const [i, { from, to }] of cues.entries()) {
      expect(from).toBeGreaterThan(chapters[i + 1]?.from ?? 0);
      expect(to).toBeLessThan(chapters[i + 1]?.to ?? 0);
    }
  });
});

describe("lettering", () => {
  it("breaks a text without losing a letter, a long word too", () => {
    const text = `${"word ".repeat(40)}${"x".repeat(200)}`;
    const lines = wrap(text, 20);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(20);
  });

  it("leaves XML nothing to read", () => {
    expect(escapeXml(`<a b="c">&'\u0000\ud800`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
  });

  it.each([1, 120, 300, 600])("leaves a picture room above %i letters", (letters) => {
    const { height, lines, size } = fitCaption("Some words ".repeat(60).slice(0, letters));
    expect(height).toBeLessThanOrEqual(300);
    expect(lines.length * size).toBeLessThan(height);
  });
});

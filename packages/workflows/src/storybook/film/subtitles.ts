import type { Chapter } from "../result.js";
import type { Cue } from "../speech/flite.js";
import { wrap } from "./lettering.js";

const stamp = (seconds: number, mark: "." | ","): string => {
  const total = Math.max(0, Math.round(seconds * 1_000));
  const part = (value: number, length = 2) => String(value).padStart(length, "0");
  const [hours, minutes] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60];
  return `${part(hours)}:${part(minutes)}:${part(Math.floor(total / 1_000) % 60)}${mark}${part(total % 1_000, 3)}`;
};

/** No line may end a cue early or be taken for markup. */
const plain = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const lines = (text: string): string[] => wrap(text, 26);

/** For the track element of a web page. */
export function webVtt(cues: readonly Cue[]): string {
  const blocks = cues.map(
    ({ text, from, to }) =>
      `${stamp(from, ".")} --> ${stamp(to, ".")}\n${lines(text).map(plain).join("\n")}\n`,
  );
  return `WEBVTT\n\n${blocks.join("\n")}`;
}

/** For ffmpeg, which makes the film's subtitle track of it. Markup means something there too. */
export function subRip(cues: readonly Cue[]): string {
  const harmless = (text: string) => text.replaceAll(/[<>{}]/g, "");
  return cues
    .map(
      ({ text, from, to }, i) =>
        `${i + 1}\n${stamp(from, ",")} --> ${stamp(to, ",")}\n${lines(text).map(harmless).join("\n")}\n`,
    )
    .join("\n");
}

/** Title and chapters as ffmpeg reads them. */
export function ffmetadata(title: string, chapters: readonly Chapter[]): string {
  const escaped = (text: string) =>
    text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[=;#\\]/g, (mark) => `\\${mark}`);
  const blocks = chapters.map(
    ({ title: name, from, to }) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${Math.round(from * 1_000)}\nEND=${Math.round(to * 1_000)}\ntitle=${escaped(name)}\n`,
  );
  return `;FFMETADATA1\ntitle=${escaped(title)}\n${blocks.join("")}`;
}

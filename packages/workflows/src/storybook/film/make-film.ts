import { writeFile } from "node:fs/promises";
import path from "node:path";
import { wavOf } from "../speech/sound.js";
import { chime } from "./chime.js";
import { ffmpeg, variableRate } from "./ffmpeg.js";
import { ffmetadata, subRip } from "./subtitles.js";
import { endSeconds, type Timeline, titleSeconds } from "./timeline.js";

const fadeSeconds = 0.6;
const frameRate = 25;

export interface FilmOrder {
  /** An empty folder for what is needed on the way; the film is left in it too. */
  readonly folder: string;
  readonly title: string;
  readonly timeline: Timeline;
  /** PNG files, 1280 by 720, one for each part of the timeline. */
  readonly frames: readonly string[];
  /** Sound files, one for each page. */
  readonly narration: readonly string[];
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/** Makes the MP4 (H.264, AAC, subtitles, chapters, index in front) and gives its path. */
export async function makeFilm(order: FilmOrder): Promise<string> {
  const { folder, timeline, signal, onProgress } = order;
  const file = (name: string) => path.join(folder, name);
  await Promise.all([
    writeFile(file("opening.wav"), wavOf(chime("opening", titleSeconds))),
    writeFile(file("closing.wav"), wavOf(chime("closing", endSeconds))),
    writeFile(file("subtitles.srt"), subRip(timeline.cues)),
    writeFile(file("chapters.txt"), ffmetadata(order.title, timeline.chapters)),
  ]);
  const sounds = [file("opening.wav"), ...order.narration, file("closing.wav")];
  const pictures = order.frames.flatMap((frame, i) =>
    i === 0 ? [frame] : [order.frames[i - 1] as string, frame, frame],
  );
  const inputs = [
    ...pictures.flatMap((frame) => ["-framerate", String(frameRate), "-i", frame]),
    ...sounds.flatMap((sound) => ["-i", sound]),
    ...["-i", file("subtitles.srt"), "-f", "ffmetadata", "-i", file("chapters.txt")],
  ];
  const graph = `${videoGraph(timeline)};${audioGraph(timeline, pictures.length)}`;
  const subtitles = pictures.length + sounds.length;
  const output = file("storybook.mp4");
  const spoken = timeline.cues.length > 0;
  await ffmpeg(
    [
      ...["-loglevel", "error", "-progress", "pipe:1", "-protocol_whitelist", "file,pipe"],
      ...(spoken ? inputs : inputs.toSpliced(-6, 2)),
      ...["-filter_complex", graph, "-map", "[video]", "-map", "[audio]"],
      ...(spoken ? ["-map", `${subtitles}:s`, "-c:s", "mov_text", "-metadata:s:s:0", "language=eng"] : []),
      ...[
        "-map_metadata",
        String(subtitles + (spoken ? 1 : 0)),
        "-map_chapters",
        String(subtitles + (spoken ? 1 : 0)),
      ],
      ...["-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "21", "-g", "125"],
      ...["-profile:v", "high", "-level", "3.1", "-pix_fmt", "yuv420p"],
      // Not as many frames as the film shows: see videoGraph.
      ...[...(await variableRate()), "-force_key_frames", timeline.parts.map(({ from }) => from).join()],
      ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
      ...["-c:a", "aac", "-b:a", "112k", "-ar", "44100", "-ac", "1", "-metadata:s:a:0", "language=eng"],
      ...["-t", String(timeline.seconds), "-movflags", "+faststart", output],
    ],
    { signal, onProgress: (seconds) => onProgress(Math.min(1, seconds / timeline.seconds)) },
  );
  return output;
}

/**
 * Each part stands still but for its beginning, in which it is laid over the part before with growing
 * strength. Each picture is decoded once for each use and then repeated by a filter, which costs nothing. Of
 * what stands still only every 10th frame is encoded.
 */
function videoGraph({ parts }: Timeline): string {
  const still = (input: number, seconds: number, alpha = "") =>
    `[${input}:v]scale=out_color_matrix=bt709,format=${alpha ? "yuva420p" : "yuv420p"},loop=loop=-1:size=1,setpts=N/${frameRate}/TB,trim=duration=${seconds.toFixed(2)}${alpha}`;
  const chains: string[] = [];
  const order: string[] = [];
  parts.forEach(({ seconds }, i) => {
    if (i === 0) {
      chains.push(`${still(0, seconds)}[s0]`);
      order.push("[s0]");
      return;
    }
    const input = 1 + (i - 1) * 3;
    chains.push(
      `${still(input, fadeSeconds)}[b${i}]`,
      `${still(input + 1, fadeSeconds, `,fade=t=in:st=0:d=${fadeSeconds}:alpha=1`)}[o${i}]`,
      `[b${i}][o${i}]overlay=shortest=1,format=yuv420p[f${i}]`,
      `${still(input + 2, seconds - fadeSeconds)}[s${i}]`,
    );
    order.push(`[f${i}]`, `[s${i}]`);
  });
  const moving = parts.map(({ from }) => `between(t,${from},${(from + fadeSeconds + 0.04).toFixed(2)})`);
  const needed = `select='not(mod(n,10))+${moving.join("+")}'`;
  return [...chains, `${order.join("")}concat=n=${order.length}:v=1:a=0,${needed}[video]`].join(";");
}

/** Each part's sound, late by its lead and filled up with silence to its length. */
function audioGraph({ parts }: Timeline, first: number): string {
  const chains = parts.map(({ from, seconds, voiceFrom }, i) => {
    const delay = Math.round(((voiceFrom ?? from) - from) * 1_000);
    return `[${first + i}:a]aresample=44100,aformat=sample_fmts=fltp:channel_layouts=mono,adelay=${delay},apad,atrim=duration=${seconds.toFixed(2)},asetpts=N/SR/TB[a${i}]`;
  });
  return `${chains.join(";")};${parts.map((_, i) => `[a${i}]`).join("")}concat=n=${parts.length}:v=0:a=1[audio]`;
}

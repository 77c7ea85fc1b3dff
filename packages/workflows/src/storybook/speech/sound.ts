/** Mono sound, 16 bits a sample. */
export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

/** A page of 600 letters takes under a minute; more is a voice that has gone wrong. */
export const longestNarration = 120;

export const secondsOf = ({ rate, samples }: Sound): number => samples.length / rate;

export const silence = (rate: number, seconds: number): Sound => ({
  rate,
  samples: new Int16Array(Math.round(rate * seconds)),
});

/** One after the other; all of one rate. */
export function joined(sounds: readonly Sound[]): Sound {
  const rate = sounds[0]?.rate ?? 16_000;
  if (sounds.some((sound) => sound.rate !== rate))
    throw new Error("Sounds of different rates cannot be joined.");
  const samples = new Int16Array(sounds.reduce((sum, { samples: one }) => sum + one.length, 0));
  let at = 0;
  for (const { samples: one } of sounds) {
    samples.set(one, at);
    at += one.length;
  }
  return { rate, samples };
}

const headBytes = 44;

export function wavOf({ rate, samples }: Sound): Buffer {
  const head = Buffer.alloc(headBytes);
  const bytes = samples.length * 2;
  head.write("RIFF", 0);
  head.writeUInt32LE(headBytes - 8 + bytes, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, bytes)]);
}

/** @throws RangeError when it is not a WAV of 16-bit samples. Of several channels the first is taken. */
export function soundOf(wav: Buffer): Sound {
  if (
    wav.length < headBytes ||
    wav.toString("latin1", 0, 4) !== "RIFF" ||
    wav.toString("latin1", 8, 12) !== "WAVE"
  ) {
    throw new RangeError("The sound is not a WAV file.");
  }
  let [rate, channels, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= wav.length; ) {
    const name = wav.toString("latin1", at, at + 4);
    const size = wav.readUInt32LE(at + 4);
    if (name === "fmt " && at + 24 <= wav.length) {
      channels = wav.readUInt16LE(at + 10);
      rate = wav.readUInt32LE(at + 12);
      bits = wav.readUInt16LE(at + 22);
    } else if (name === "data") {
      if (bits !== 16 || channels < 1 || rate < 8_000)
        throw new RangeError("The sound must have samples of 16 bits.");
      // Who streams a WAV does not know its size, and writes the largest number.
      return { rate, samples: samplesOf(wav.subarray(at + 8, at + 8 + size), channels) };
    }
    at += 8 + size + (size % 2);
  }
  throw new RangeError("The WAV file has no sound in it.");
}

/** Little-endian samples of 16 bits, of the first channel. */
export function samplesOf(bytes: Buffer, channels = 1): Int16Array {
  const step = 2 * channels;
  const samples = new Int16Array(Math.floor(bytes.length / step));
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * step);
  return samples;
}

import {
  Engine,
  OutputFormat,
  PollyClient,
  SpeechMarkType,
  SynthesizeSpeechCommand,
  type VoiceId,
} from "@aws-sdk/client-polly";
import { awsTransfers } from "@longhaul/kit/step";
import { z } from "zod";
import type { Cue } from "../speech/flite.js";
import { samplesOf, secondsOf, wavOf } from "../speech/sound.js";
import type { Author } from "./author.js";
import { calling } from "./problems.js";

const rate = 16_000;
const mark = z.object({ time: z.number().min(0), value: z.string() });

export interface PollyOptions {
  readonly voice: string;
  readonly seconds: number;
  readonly client?: PollyClient;
}

/** Speaks through Amazon Polly's neural voices: the sound, and from the speech marks when each sentence begins. */
export function pollyVoice({
  voice,
  seconds,
  client = new PollyClient({ maxAttempts: 1, requestHandler: awsTransfers }),
}: PollyOptions): Author["speak"] {
  const order = (Text: string) => ({ Text, VoiceId: voice as VoiceId, Engine: Engine.NEURAL });
  return ({ text, signal }) =>
    calling({ what: "read the page", seconds, signal }, async (abortSignal) => {
      const ask = async (more: Partial<ConstructorParameters<typeof SynthesizeSpeechCommand>[0]>) => {
        const command = new SynthesizeSpeechCommand({
          ...order(text),
          OutputFormat: OutputFormat.PCM,
          ...more,
        });
        const { AudioStream } = await client.send(command, { abortSignal });
        return Buffer.from((await AudioStream?.transformToByteArray()) ?? []);
      };
      const [pcm, marks] = await Promise.all([
        ask({ SampleRate: String(rate) }),
        ask({ OutputFormat: OutputFormat.JSON, SpeechMarkTypes: [SpeechMarkType.SENTENCE] }),
      ]);
      const sound = { rate, samples: samplesOf(pcm) };
      const cues = cuesOf(marks.toString("utf8"), secondsOf(sound));
      return { wav: wavOf(sound), cues, madeBy: { maker: "amazon-polly", model: voice, note: null } };
    });
}

/** One JSON object a line, with the milliseconds at which a sentence begins. */
function cuesOf(lines: string, end: number): Cue[] {
  const marks = lines
    .split("\n")
    .filter(Boolean)
    .map((line) => mark.parse(JSON.parse(line)));
  return marks.map(({ time, value }, i) => ({
    text: value,
    from: Math.min(end, time / 1_000),
    to: Math.min(end, (marks[i + 1]?.time ?? end * 1_000) / 1_000),
  }));
}

import type { Cue } from "../speech/flite.js";
import { sentencesOf } from "../speech/sentences.js";
import { secondsOf, soundOf, wavOf } from "../speech/sound.js";
import type { Author } from "./author.js";
import { calling, httpProblem, invalidAnswer } from "./problems.js";

/** A page takes about a minute at most; an endpoint that sends more is broken. */
const maxBytes = 30_000_000;
const reading = "read the page";

export interface SpeechEndpoint {
  /** With /v1, without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  readonly voice: string;
  readonly seconds: number;
}

/** Speaks through POST /audio/speech, as OpenAI has it and several others do. */
export function speechEndpoint({ baseUrl, apiKey, model, voice, seconds }: SpeechEndpoint): Author["speak"] {
  return ({ text, signal }) =>
    calling({ what: reading, seconds, signal }, async (abortSignal) => {
      const response = await fetch(`${baseUrl}/audio/speech`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify({ model, voice, input: text, response_format: "wav" }),
        signal: abortSignal,
      });
      if (!response.ok) {
        const said = (await response.text()).slice(0, 500);
        throw httpProblem(response.status, response.headers.get("retry-after"), reading, said);
      }
      const sound = decoded(await body(response));
      const madeBy = { maker: "openai-compatible", model, note: null } as const;
      return { wav: wavOf(sound), cues: shared(text, secondsOf(sound)), madeBy };
    });
}

async function body(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) throw invalidAnswer(reading, "It sent more sound than a page can have.");
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

function decoded(wav: Buffer) {
  try {
    const sound = soundOf(wav);
    if (sound.samples.length === 0) throw new RangeError("The sound is empty.");
    return sound;
  } catch (error) {
    throw invalidAnswer(reading, error);
  }
}

/** The endpoint does not say when each sentence begins: time is shared out by letters. */
function shared(text: string, seconds: number): Cue[] {
  const sentences = sentencesOf(text);
  const letters = sentences.reduce((sum, { length }) => sum + length, 0);
  let at = 0;
  return sentences.map((sentence) => {
    const from = at;
    at += (sentence.length / letters) * seconds;
    return { text: sentence, from, to: Math.min(seconds, at) };
  });
}

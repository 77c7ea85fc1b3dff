import { setImmediate } from "node:timers/promises";
import type { MadeBy } from "../result.js";
import { noUsage, type SpeakOrder, type Voice } from "../voice/voice.js";
import { act } from "./act.js";
import { argue } from "./argue.js";
import { moderate } from "./moderate.js";
import { sumUp } from "./sum-up.js";

const by = (note: string): MadeBy => ({ maker: "offline", model: "arranged positions", note });

const spoken = by(
  "Made offline, without a language model: sentences of the given positions, arranged by the words they share.",
);
const summed = by("Made offline, without a language model: compared by words, not understood.");

/** Speaks for the agents with nothing but this machine, and says so: it arranges what they were given to say. */
export const offlineVoice: Voice = {
  async speak(order) {
    const { text, action = null, stance = null } = compose(order);
    for (const word of text.split(/(?<=\s)/)) {
      order.signal.throwIfAborted();
      order.onText(word);
    }
    await setImmediate();
    return { text, action, stance, usage: noUsage, madeBy: spoken };
  },

  async sumUp(order) {
    return { ...sumUp(order), usage: noUsage, madeBy: summed };
  },
};

function compose(order: SpeakOrder): {
  text: string;
  action?: ReturnType<typeof act>["action"];
  stance?: ReturnType<typeof argue>["stance"];
} {
  const { speaker, format } = order;
  if (speaker === null) return { text: moderate(order) };
  return format === "simulation" ? act(order, speaker) : argue(order, speaker);
}

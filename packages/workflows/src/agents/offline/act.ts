import type { Agent, Quantity } from "../contract.js";
import type { Turn } from "../result.js";
import { type Action, allowed } from "../state.js";
import type { SpeakOrder } from "../voice/voice.js";
import { claimsOf, ended, overlap, termsOf } from "./terms.js";

/** Words for making more of something, and for using it up. */
const cues =
  /\b(?<up>rais\w+|increas\w+|add\w*|build\w*|restor\w+|protect\w*|sav(e|es|ed|ing)|conserv\w+|preserv\w+|plant\w*|invest\w*|repair\w*|refill\w*|replenish\w*|spar(e|es|ing)|give back|put back)\b|\b(?<down>tak(e|es|ing)|catch\w*|us(e|es|ing)|spend\w*|sell\w*|reduc\w+|cut(s|ting)?|lower\w*|harvest\w*|consum\w+|draw\w*|burn\w*|pump\w*|land(s|ing)?|log(s|ging)|graz\w+|water(s|ing)|irrigat\w+)\b/iu;
const negation = /\b(not|never|no|stop|ban)\b/giu;
const careful =
  /\b(future|sustain\w*|long|careful\w*|enough|children|last(s|ing)?|recover\w*|patien\w+|less|fewer|only)\b/iu;

/** 1 for making more of what a sentence speaks of, -1 for using it up, 0 where it says neither. */
function pullOf(sentence: string): number {
  const found = cues.exec(sentence)?.groups;
  if (!found) return 0;
  const turned = (sentence.match(negation)?.length ?? 0) % 2 === 0 ? 1 : -1;
  return turned * (found["up"] === undefined ? -1 : 1);
}

interface Wish {
  readonly at: number;
  /** -1 all down to 1 all up. */
  readonly pull: number;
  readonly reason: string;
}

/** What an agent does in a tick, by what its position says of the quantities, how they stand and what others did. */
export function act(order: SpeakOrder, speaker: Agent): { text: string; action: Action } {
  const { quantities, values, turn } = order;
  const wish = wishOf(speaker, quantities);
  const quantity = quantities[wish.at] as Quantity;
  const value = values[wish.at] as number;
  const standing = `Tick ${turn.round}: ${quantity.name} stands at ${value} of ${quantity.max}.`;
  const { factor, why } = moderation(order, speaker, wish, quantity, value);
  const change = Math.round(quantity.mostChange * wish.pull * factor);
  const action = allowed({ quantity: quantity.name, change }, quantities, values) ?? {
    quantity: quantity.name,
    change: 0,
  };
  const deed =
    action.change === 0
      ? `I leave ${quantity.name} as it is.`
      : `I ${action.change > 0 ? "add" : "take"} ${Math.abs(action.change)}.`;
  return { text: [standing, wish.reason, why, deed].filter(Boolean).join(" "), action };
}

/** The quantity that the position speaks of most, and which way. Who speaks of none takes half of what it may of the first. */
function wishOf(speaker: Agent, quantities: readonly Quantity[]): Wish {
  const claims = claimsOf(speaker.position);
  const wishes = quantities.flatMap(({ name }, at) =>
    claims.map((claim) => {
      const { share } = overlap(termsOf(name), claim.terms);
      const pull = pullOf(claim.text);
      return { at, pull, reason: ended(claim.text), share: share + (pull === 0 ? 0 : 0.01) };
    }),
  );
  const [best] = wishes
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share || Math.abs(b.pull) - Math.abs(a.pull));
  return best ?? { at: 0, pull: 0, reason: ended((claims[0] as { text: string }).text) };
}

const scarce = 0.3;

function moderation(order: SpeakOrder, speaker: Agent, wish: Wish, quantity: Quantity, value: number) {
  const left = (value - quantity.min) / (quantity.max - quantity.min);
  const isCareful = careful.test(speaker.position);
  if (wish.pull < 0 && left < scarce)
    return isCareful
      ? { factor: 0, why: "That is little, and it has to recover first." }
      : { factor: left / scarce, why: "There is not much left, so it is less than I would like." };
  const taken = lastTick(order, quantity, speaker);
  if (wish.pull < 0 && taken !== null && !isCareful)
    return {
      factor: 1,
      why: `${taken.speaker} took ${Math.abs(taken.change)} last time, and I will not be the only one who holds back.`,
    };
  if (wish.pull > 0 && taken !== null)
    return {
      factor: 1,
      why: `${taken.speaker} took ${Math.abs(taken.change)}: somebody has to make up for that.`,
    };
  return { factor: isCareful && wish.pull < 0 ? 0.4 : 0.8, why: "" };
}

/** Who of the others took most since the speaker's last turn. */
function lastTick({ said }: SpeakOrder, quantity: Quantity, speaker: Agent) {
  const since = said.slice(said.findLastIndex((turn: Turn) => turn.speaker === speaker.name) + 1);
  const taken = since.flatMap(({ speaker: name, action }) =>
    action?.quantity === quantity.name && action.change < 0 ? [{ speaker: name, change: action.change }] : [],
  );
  return taken.toSorted((a, b) => a.change - b.change)[0] ?? null;
}

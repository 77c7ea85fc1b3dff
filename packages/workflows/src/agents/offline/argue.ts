import type { Agent } from "../contract.js";
import type { Turn } from "../result.js";
import type { SpeakOrder } from "../voice/voice.js";
import { pick } from "./pick.js";
import { type Claim, claimsOf, overlap, quoted, relation, termsOf } from "./terms.js";

type Stance = NonNullable<Turn["stance"]>["kind"];

interface Heard {
  readonly turn: Turn;
  readonly agent: Agent;
  readonly claim: Claim;
}

/**
 * What an agent says: it takes up a claim that somebody has made since it last spoke, holds one of its own against it or
 * beside it, and asks. All of it is put together from the topic, the positions and the turns.
 */
export function argue(order: SpeakOrder, speaker: Agent): { text: string; stance: Turn["stance"] } {
  const heard = takenUp(order, speaker);
  const own = ownClaim(order, speaker, heard);
  const sentences: string[] = [];
  let stance: Turn["stance"] = null;
  if (heard === null) {
    sentences.push(opening(order, speaker), own.text);
  } else {
    const kind = stanceOf(own, heard.claim, order);
    stance = { towards: heard.agent.name, kind };
    sentences.push(reply(order, speaker, heard, kind, own), own.text);
  }
  if (order.turn.round === order.setting.rounds && order.turn.round > 1)
    sentences.push(closing(order, speaker, own));
  else if (order.format === "discussion") sentences.push(asking(order, speaker, own, heard));
  return { text: sentences.join(" "), stance };
}

/** What it answers: who has asked it since it last spoke, else whoever spoke closest to what it stands for. */
function takenUp({ said, setting }: SpeakOrder, speaker: Agent): Heard | null {
  const since = said.slice(said.findLastIndex((turn) => turn.speaker === speaker.name) + 1);
  const claims = claimsOf(speaker.position);
  const heard = since.flatMap((turn): Heard[] => {
    const agent = setting.agents.find(({ name }) => name === turn.speaker);
    return agent ? [{ turn, agent, claim: claimIn(turn, agent) }] : [];
  });
  const asked = heard.findLast(({ turn }) => turn.addressed === speaker.name);
  if (asked) return asked;
  const nearness = ({ claim }: Heard) =>
    Math.max(...claims.map((own) => overlap(own.terms, claim.terms).share));
  return heard.toSorted((a, b) => nearness(b) - nearness(a) || b.turn.number - a.turn.number)[0] ?? null;
}

/** The part of somebody's position that a turn holds; its own last sentence but the question where it holds none. */
function claimIn(turn: Turn, agent: Agent): Claim {
  const held = claimsOf(agent.position).filter(({ text }) => turn.text.includes(text));
  const free = claimsOf(turn.text).filter(({ text }) => !text.endsWith("?"));
  return held.at(-1) ?? free.at(-1) ?? (claimsOf(turn.text)[0] as Claim);
}

/** The claim that answers best, and of those that it has made often the one that it has made least. */
function ownClaim({ said, setting, turn }: SpeakOrder, speaker: Agent, heard: Heard | null): Claim {
  const own = said.filter((one) => one.speaker === speaker.name);
  const question = said.findLast(({ kind }) => kind === "question");
  const about = termsOf([heard?.claim.text, question?.text, setting.topic].filter(Boolean).join(" "));
  const worth = (claim: Claim, at: number) =>
    overlap(claim.terms, about).share -
    own.filter(({ text }) => text.includes(claim.text)).length -
    // The order in which a position was written is the order in which it is told.
    (turn.round === 1 ? at : at / 1_000);
  const ranked = claimsOf(speaker.position).map((claim, at) => ({ claim, worth: worth(claim, at) }));
  return (ranked.toSorted((a, b) => b.worth - a.worth)[0] as { claim: Claim }).claim;
}

function stanceOf(own: Claim, theirs: Claim, { setting }: SpeakOrder): Stance {
  const found = relation(own, theirs, termsOf(setting.topic));
  if (found === null) return "adds";
  return found.agree ? "agrees" : "disagrees";
}

/** The word of a claim that most of the others use too. */
function keyWord(claim: Claim, { setting }: SpeakOrder, speaker: Agent): string {
  const others = setting.agents
    .filter(({ name }) => name !== speaker.name)
    .map(({ position }) => termsOf(position));
  const uses = (stem: string) => others.filter((terms) => terms.has(stem)).length;
  const words = [...claim.terms].toSorted(
    ([a, wordA], [b, wordB]) => uses(b) - uses(a) || wordB.length - wordA.length,
  );
  return words[0]?.[1] ?? "this";
}

function opening({ setting, seed, turn }: SpeakOrder, { name, role }: Agent): string {
  const about = setting.topic.replace(/[.?!]+$/, "");
  return pick(
    [
      `You know me: ${withinSentence(role)}.`,
      `On the question before us, “${about}”, this is where I stand.`,
      "Let me begin with what I see from where I stand.",
    ],
    ...[seed, name, turn.number],
  );
}

function reply(
  { seed, turn }: SpeakOrder,
  { name }: Agent,
  { agent, claim }: Heard,
  kind: Stance,
  own: Claim,
): string {
  const theirs = quoted(claim.text);
  const [word = ""] = overlap(own.terms, claim.terms).words;
  const seeds = [seed, name, turn.number] as const;
  switch (kind) {
    case "agrees":
      return pick(
        [
          `${agent.name}, with ${theirs} you are close to what I would say.`,
          `${agent.name} said ${theirs}, and on ${word} we pull the same way.`,
          `I can go along with ${agent.name}: ${theirs}. I would add this.`,
        ],
        ...seeds,
      );
    case "disagrees":
      return pick(
        [
          `${agent.name}, you say ${theirs}. On ${word} I see it the other way.`,
          `I do not agree with ${agent.name}, who said ${theirs}.`,
          `${agent.name} and I both care about ${word}, but ${theirs} does not follow for me.`,
        ],
        ...seeds,
      );
    case "adds":
      return pick(
        [
          `${agent.name} spoke of something else: ${theirs}. What I miss is this.`,
          `To ${theirs}, which ${agent.name} said, there is another side.`,
          `${agent.name}, ${theirs} leaves out what matters where I stand.`,
        ],
        ...seeds,
      );
  }
}

function closing(order: SpeakOrder, speaker: Agent, own: Claim): string {
  const { said, setting, seed, turn } = order;
  const agreed = said.findLast((one) => one.speaker === speaker.name && one.stance?.kind === "agrees");
  const partner = setting.agents.find(({ name }) => name === agreed?.stance?.towards);
  if (partner === undefined)
    return `At the end I still hold to it, and on ${keyWord(own, order, speaker)} I could only give way for a reason that I have not heard.`;
  const [word] = overlap(termsOf(speaker.position), termsOf(partner.position)).words;
  const shared = word === undefined ? "" : ` about ${word}`;
  return pick(
    [
      `At the end ${partner.name} and I could put our names to the same sentence${shared}.`,
      `If we leave with one thing, let it be what ${partner.name} and I share${shared}.`,
    ],
    ...[seed, speaker.name, turn.number, "end"],
  );
}

/** Asks whoever disagrees with it and has been asked least; without such a one, whoever has been silent longest. */
function asking(order: SpeakOrder, speaker: Agent, own: Claim, heard: Heard | null): string {
  const { setting, said, seed, turn } = order;
  const others = setting.agents.filter(({ name }) => name !== speaker.name);
  const rank = (agent: Agent) => {
    const near = Math.max(
      ...claimsOf(agent.position).map((one) =>
        one.isFor === own.isFor ? 0 : overlap(one.terms, own.terms).share,
      ),
    );
    const asked = said.filter(({ addressed }) => addressed === agent.name).length;
    const silent = said.findLastIndex((one) => one.speaker === agent.name);
    return near - asked - (agent.name === heard?.agent.name ? 0.5 : 0) - silent / 1_000;
  };
  const [whom] = others.toSorted((a, b) => rank(b) - rank(a));
  const word = keyWord(own, order, speaker);
  return pick(
    [
      `${whom?.name}, how do you answer that?`,
      `${whom?.name}, what would it take for you to move on ${word}?`,
      `What does that look like from where you stand, ${whom?.name}?`,
    ],
    ...[seed, speaker.name, turn.number, "ask"],
  );
}

/** "Grower of barley" as "grower of barley", within a sentence that fits whatever is written there. */
function withinSentence(role: string): string {
  return /^\p{Lu}\p{Ll}/u.test(role) ? role.charAt(0).toLowerCase() + role.slice(1) : role;
}

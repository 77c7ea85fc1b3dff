import type { Agent } from "../contract.js";
import { type Claim, claimsOf, overlap } from "./terms.js";

/** Two claims that speak of the same. */
export interface Meeting {
  readonly a: { readonly agent: Agent; readonly claim: Claim };
  readonly b: { readonly agent: Agent; readonly claim: Claim };
  readonly share: number;
  /** What both speak of. */
  readonly word: string;
  /** Whether they pull the same way, as far as words tell. */
  readonly agree: boolean;
}

/** Less is chance: one common word of two long sentences. */
const leastShare = 0.12;

/** The closest meeting of each two agents' positions, closest first. */
export function meetingsOf(agents: readonly Agent[]): Meeting[] {
  const claims = agents.map((agent) => ({ agent, claims: claimsOf(agent.position) }));
  const found = claims.flatMap((one, at) =>
    claims.slice(at + 1).flatMap((other) => closest(one, other) ?? []),
  );
  return found.toSorted((x, y) => y.share - x.share);
}

interface Held {
  readonly agent: Agent;
  readonly claims: readonly Claim[];
}

function closest(one: Held, other: Held): Meeting | null {
  let best: Meeting | null = null;
  for (const mine of one.claims) {
    for (const theirs of other.claims) {
      const { share, words } = overlap(mine.terms, theirs.terms);
      if (share < leastShare || share <= (best?.share ?? 0)) continue;
      best = {
        a: { agent: one.agent, claim: mine },
        b: { agent: other.agent, claim: theirs },
        share,
        word: words[0] as string,
        agree: mine.isFor === theirs.isFor,
      };
    }
  }
  return best;
}

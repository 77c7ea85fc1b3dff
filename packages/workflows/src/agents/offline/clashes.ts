import type { Agent } from "../contract.js";
import type { Setting } from "../talk.js";
import { type Claim, claimsOf, relation, termsOf } from "./terms.js";

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

/** The closest meeting of each two agents' positions, closest first. */
export function meetingsOf({ agents, topic }: Pick<Setting, "agents" | "topic">): Meeting[] {
  const about = termsOf(topic);
  const claims = agents.map((agent) => ({ agent, claims: claimsOf(agent.position) }));
  const found = claims.flatMap((one, at) =>
    claims.slice(at + 1).flatMap((other) => closest(one, other, about) ?? []),
  );
  return found.toSorted((x, y) => y.share - x.share);
}

interface Held {
  readonly agent: Agent;
  readonly claims: readonly Claim[];
}

function closest(one: Held, other: Held, topic: ReadonlyMap<string, string>): Meeting | null {
  let best: Meeting | null = null;
  for (const mine of one.claims) {
    for (const theirs of other.claims) {
      const found = relation(mine, theirs, topic);
      if (found === null || found.share <= (best?.share ?? 0)) continue;
      best = {
        a: { agent: one.agent, claim: mine },
        b: { agent: other.agent, claim: theirs },
        ...found,
      };
    }
  }
  return best;
}

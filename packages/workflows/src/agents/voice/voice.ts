import type { Agent, Quantity } from "../contract.js";
import type { Format, MadeBy, PlannedTurn, Turn, Usage } from "../result.js";
import type { Action } from "../state.js";
import type { Setting } from "../talk.js";

export interface SpeakOrder {
  readonly format: Format;
  readonly setting: Setting;
  readonly turn: PlannedTurn;
  /** Null for the moderator. */
  readonly speaker: Agent | null;
  readonly said: readonly Turn[];
  /** Of the shared quantities, before the turn. */
  readonly values: readonly number[];
  readonly quantities: readonly Quantity[];
  /** The same for each repeat, so that who needs no model says the same again. */
  readonly seed: string;
  readonly signal: AbortSignal;
  /** Gets the words as they are spoken. */
  readonly onText: (text: string) => void;
}

export interface Spoken {
  readonly text: string;
  readonly action: Action | null;
  readonly stance: Turn["stance"];
  readonly usage: Usage;
  readonly madeBy: MadeBy;
}

export interface SumUpOrder {
  readonly format: Format;
  readonly setting: Setting;
  readonly said: readonly Turn[];
  readonly signal: AbortSignal;
}

export interface SummedUp {
  readonly summary: string;
  readonly agreements: readonly string[];
  readonly disagreements: readonly string[];
  readonly usage: Usage;
  readonly madeBy: MadeBy;
}

/**
 * Who speaks for the agents. Each method throws RetryableError for what may pass (busy, too slow, an answer that is
 * none) and FatalError for what will not (refused, not set up).
 */
export interface Voice {
  speak(order: SpeakOrder): Promise<Spoken>;
  sumUp(order: SumUpOrder): Promise<SummedUp>;
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** Adds what several calls took; a cost that nobody knows makes the sum unknown. */
export function totalUsage(parts: readonly Usage[]): Usage {
  const sum = (pick: (usage: Usage) => number) => parts.reduce((all, usage) => all + pick(usage), 0);
  const known = parts.every(({ costUsd }) => costUsd !== null);
  return {
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    costUsd: known ? Math.round(sum(({ costUsd }) => costUsd ?? 0) * 1e6) / 1e6 : null,
  };
}

import type { Channel } from "@longhaul/kit";
import type { PersonaResult } from "../../digital-twin/result.js";
import type { Company, Draft, Reaction } from "../result.js";
import type { Measured } from "../twins/measure.js";

export interface WriteOrder {
  readonly goal: string;
  readonly company: Company;
  /** Words that the audience's twins care for, the most telling first. */
  readonly interests: readonly string[];
  readonly segment: { readonly name: string; readonly description: string };
  readonly channel: Channel;
  /** From 1. */
  readonly variant: number;
  readonly signal: AbortSignal;
}

/** Writes a message that its channel takes. Throws RetryableError for what may pass and FatalError for what will not. */
export type Writer = (order: WriteOrder) => Promise<Pick<Draft, "subject" | "body" | "madeBy">>;

export interface VoiceOrder {
  readonly draft: Pick<Draft, "channel" | "subject" | "body">;
  /** The twin's name. */
  readonly twin: string;
  readonly persona: PersonaResult;
  readonly measured: Measured;
  readonly signal: AbortSignal;
}

/** Finds words for what a twin makes of a draft. */
export type Voice = (order: VoiceOrder) => Promise<Pick<Reaction, "says" | "by">>;

export interface CampaignWriter {
  readonly write: Writer;
  readonly react: Voice;
}

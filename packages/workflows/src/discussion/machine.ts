import { defineMachine } from "@longhaul/kit/machine";
import { prepare } from "../agents/steps/prepare.js";
import { speak } from "../agents/steps/speak.js";
import { sumUp } from "../agents/steps/sum-up.js";
import { discussion } from "./contract.js";

export const discussionMachine = defineMachine(discussion, (flow) =>
  flow
    .step(prepare, () => ({ format: "discussion" as const }))
    .map("Turns", {
      items: ({ prepare: plan }) => plan.turns,
      as: "turn",
      // One after the other: each hears what the one before it has said.
      maxConcurrency: 1,
      item: (each) =>
        each
          .step(speak, ({ turn }) => ({ format: "discussion" as const, turn }))
          .yield(({ speak: spoken }) => spoken.number),
    })
    .step(sumUp, () => ({ format: "discussion" as const }))
    .succeed("DiscussionEnded", ({ sumUp: result }) => result),
);

import { defineMachine } from "@longhaul/kit/machine";
import { prepare } from "../agents/steps/prepare.js";
import { speak } from "../agents/steps/speak.js";
import { sumUp } from "../agents/steps/sum-up.js";
import { panel } from "./contract.js";

export const panelMachine = defineMachine(panel, (flow) =>
  flow
    .step(prepare, () => ({ format: "panel" as const }))
    .map("Turns", {
      items: ({ prepare: plan }) => plan.turns,
      as: "turn",
      // One after the other: each hears what the one before it has said.
      maxConcurrency: 1,
      item: (each) =>
        each
          .step(speak, ({ turn }) => ({ format: "panel" as const, turn }))
          .yield(({ speak: spoken }) => spoken.number),
    })
    .step(sumUp, () => ({ format: "panel" as const }))
    .succeed("PanelEnded", ({ sumUp: result }) => result),
);

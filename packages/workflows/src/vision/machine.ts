import { defineMachine } from "@longhaul/kit/machine";
import { vision as step } from "../storybook/steps/vision.js";
import { vision } from "./contract.js";

export const visionMachine = defineMachine(vision, (flow) =>
  flow
    .step(step, ({ input }) => ({ drawing: input.drawing, simulation: input.simulation }))
    .succeed("DrawingDescribed", ({ vision: seen }) => seen),
);

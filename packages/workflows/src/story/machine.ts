import { defineMachine } from "@longhaul/kit/machine";
import { story as step } from "../storybook/steps/story.js";
import { story } from "./contract.js";

export const storyMachine = defineMachine(story, (flow) =>
  flow
    .step(step, ({ input }) => ({
      childName: input.childName,
      pages: input.pages,
      seen: { summary: input.summary, elements: input.elements, colours: input.colours, mood: input.mood },
      simulation: input.simulation,
    }))
    .succeed("StoryWritten", ({ story: told }) => told),
);

import { defineMachine } from "@longhaul/kit/machine";
import { story } from "../storybook/steps/story.js";
import { vision } from "../storybook/steps/vision.js";
import { drawingStory } from "./contract.js";

export const drawingStoryMachine = defineMachine(drawingStory, (flow) =>
  flow
    .step(vision, ({ input }) => ({ drawing: input.drawing, simulation: input.simulation }))
    .step(story, ({ input, vision: seen }) => ({
      childName: input.childName,
      pages: input.pages,
      seen: { summary: seen.summary, elements: seen.elements, colours: seen.colours, mood: seen.mood },
      simulation: input.simulation,
    }))
    .succeed("StoryWritten", ({ vision: seen, story: told }) => ({ vision: seen, story: told })),
);

import { defineMachine } from "@longhaul/kit/machine";
import { storybook } from "./contract.js";
import { drawPage } from "./steps/draw-page.js";
import { recordPage } from "./steps/record-page.js";
import { story } from "./steps/story.js";
import { video } from "./steps/video.js";
import { vision } from "./steps/vision.js";

export const storybookMachine = defineMachine(storybook, (flow) =>
  flow
    .step(vision, ({ input }) => ({ drawing: input.drawing, simulation: input.simulation }))
    .step(story, ({ input, vision: seen }) => ({
      childName: input.childName,
      pages: input.pages,
      seen: { summary: seen.summary, elements: seen.elements, colours: seen.colours, mood: seen.mood },
      simulation: input.simulation,
    }))
    .map("Pictures", {
      items: ({ story: told }) => told.pages,
      as: "page",
      maxConcurrency: 3,
      item: (each) =>
        each
          .step(drawPage, ({ input, page, pageIndex, vision: seen }) => ({
            page,
            number: pageIndex,
            drawn: seen.summary,
            colours: seen.colours,
            mood: seen.mood,
            cutoutArtifactId: seen.cutoutArtifactId,
            simulation: input.simulation,
          }))
          .yield(({ drawPage: picture }) => picture),
    })
    .map("Narration", {
      items: ({ story: told }) => told.pages,
      as: "page",
      maxConcurrency: 3,
      item: (each) =>
        each
          .step(recordPage, ({ input, page, pageIndex }) => ({
            text: page.text,
            number: pageIndex,
            simulation: input.simulation,
          }))
          .yield(({ recordPage: recording }) => recording),
    })
    .step(video, ({ input, vision: seen, story: told, pictures, narration }) => ({
      childName: input.childName,
      story: told,
      colours: seen.colours,
      drawingArtifactId: seen.drawingArtifactId,
      cutoutArtifactId: seen.cutoutArtifactId,
      pictures,
      narration,
      simulation: input.simulation,
    }))
    .succeed("StorybookReady", ({ vision: seen, story: told, pictures, narration, video: film }) => ({
      vision: seen,
      story: told,
      pictures,
      narration,
      video: film,
    })),
);

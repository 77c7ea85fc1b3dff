import { defineMachine, eq } from "@longhaul/kit/machine";
import { storybook } from "./contract.js";
import { drawPage } from "./steps/draw-page.js";
import { recordPage } from "./steps/record-page.js";
import { story } from "./steps/story.js";
import { video } from "./steps/video.js";
import { vision } from "./steps/vision.js";

/** Parents read stories in the evening: a day holds one. */
const reviewSeconds = 86_400;

export const storybookMachine = defineMachine(storybook, (flow) =>
  flow
    .step(vision, ({ input }) => ({ drawing: input.drawing, simulation: input.simulation }))
    .step(story, ({ input, vision: seen }) => ({
      childName: input.childName,
      pages: input.pages,
      seen: { summary: seen.summary, elements: seen.elements, colours: seen.colours, mood: seen.mood },
      simulation: input.simulation,
    }))
    // A branch that gives the story that is told: as a person left it, or as it was written.
    .parallel("Edition", {
      story: (draft) =>
        draft.choice("ReviewWanted", (wanted) =>
          wanted
            .when(
              ({ input }) => eq(input.reviewStory, true),
              (review) =>
                review
                  .approval("ReviewStory", {
                    title: "Read the story before it is drawn",
                    form: story.output,
                    select: ({ story: told }) => ({ story: told }),
                    stage: "story",
                    deadlineSeconds: reviewSeconds,
                    onDeadline: (late) => late.yield(({ story: told }) => told),
                  })
                  .yield(({ reviewStory }) => reviewStory.decision),
            )
            .otherwise((unread) => unread.yield(({ story: told }) => told)),
        ),
    })
    .map("Pictures", {
      items: ({ edition }) => edition.story.pages,
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
      items: ({ edition }) => edition.story.pages,
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
    .step(video, ({ input, vision: seen, edition, pictures, narration }) => ({
      childName: input.childName,
      story: edition.story,
      colours: seen.colours,
      drawingArtifactId: seen.drawingArtifactId,
      cutoutArtifactId: seen.cutoutArtifactId,
      pictures,
      narration,
      simulation: input.simulation,
    }))
    .succeed("StorybookReady", ({ vision: seen, edition, pictures, narration, video: film }) => ({
      vision: seen,
      story: edition.story,
      pictures,
      narration,
      video: film,
    })),
);

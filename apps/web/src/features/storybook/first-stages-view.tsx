import { useRun } from "@longhaul/client/react";
import type { RunViewProps } from "../results/registry.js";
import { bookOf } from "./book.js";
import { StoryPanel } from "./parts/story-panel.js";
import { VisionPanel } from "./parts/vision-panel.js";

/** The stages of a book that are workflows on their own: what is in a drawing, its story, or both. */
export function FirstStagesView({ run, steps }: RunViewProps) {
  const { texts } = useRun(run.id);
  const book = bookOf(run, steps);
  const has = (stage: string) => run.stages.some(({ key }) => key === stage);
  return (
    <>
      {has("vision") && <VisionPanel run={run} part={book.vision} />}
      {has("story") && (
        <StoryPanel
          run={run}
          part={book.story}
          text={texts.find(({ step, stream }) => step === "Story" && stream === "story")}
          mayEdit={false}
        />
      )}
    </>
  );
}

import { useRun } from "@longhaul/client/react";
import { isFinal } from "@longhaul/kit";
import type { RunViewProps } from "../results/registry.js";
import { useMay } from "../settings/use-me.js";
import { bookOf } from "./book.js";
import { NarrationPanel } from "./parts/narration-panel.js";
import { PicturesPanel } from "./parts/pictures-panel.js";
import { StoryPanel } from "./parts/story-panel.js";
import { VideoPanel } from "./parts/video-panel.js";
import { VisionPanel } from "./parts/vision-panel.js";

/** A book while it is made and when it is done: a panel for each stage, the film first once there is one. */
export function BookView({ run, steps }: RunViewProps) {
  const { texts } = useRun(run.id);
  const mayEdit = useMay("operator");
  const book = bookOf(run, steps);
  const story = book.story.state === "ready" ? book.story.value : null;
  const film = <VideoPanel run={run} title={story?.title ?? run.name} part={book.video} />;
  const ready = book.video.state === "ready";
  return (
    <>
      {ready && film}
      <VisionPanel run={run} part={book.vision} />
      <StoryPanel
        run={run}
        part={book.story}
        text={texts.find(({ step, stream }) => step === "Story" && stream === "story")}
        mayEdit={mayEdit && isFinal(run.status)}
      />
      <PicturesPanel run={run} story={story} parts={book.pictures} />
      <NarrationPanel run={run} story={story} parts={book.narration} />
      {!ready && film}
    </>
  );
}

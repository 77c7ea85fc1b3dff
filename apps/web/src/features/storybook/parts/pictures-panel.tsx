import type { Run } from "@longhaul/kit";
import type { PictureResult, StoryResult } from "@longhaul/workflows/contracts";
import { CircleX } from "lucide-react";
import { Skeleton } from "../../../components/ui/skeleton.js";
import { type Part, whole } from "../book.js";
import { ArtifactImage } from "./artifact-image.js";
import { MadeBy } from "./made-by.js";
import { stageOf, StagePanel } from "./stage-panel.js";

interface PicturesPanelProps {
  run: Run;
  story: StoryResult | null;
  parts: readonly Part<PictureResult>[];
}

/** The illustrations, page by page as they are drawn. */
export function PicturesPanel({ run, story, parts }: PicturesPanelProps) {
  const state = whole(parts);
  const begun = state !== "waiting" && state !== "missing";
  const ready = parts.find((part) => part.state === "ready");
  return (
    <StagePanel title="The illustrations" stage={stageOf(run, "images")} state={state}>
      {begun && (
        <>
          <ul className="grid gap-4 @xl:grid-cols-2 @3xl:grid-cols-3">
            {parts.map((part, index) => (
              <Picture key={index} part={part} number={index + 1} shows={story?.pages[index]?.illustration} />
            ))}
          </ul>
          {ready?.state === "ready" && <MadeBy by={ready.value.madeBy} />}
        </>
      )}
    </StagePanel>
  );
}

interface PictureProps {
  part: Part<PictureResult>;
  number: number;
  /** What the picture shows, in a sentence. */
  shows: string | undefined;
}

function Picture({ part, number, shows }: PictureProps) {
  return (
    <li data-page={number} data-part-state={part.state} className="grid content-start gap-1">
      <div className="overflow-hidden rounded-md border">
        {part.state === "ready" ? (
          <ArtifactImage
            artifactId={part.value.artifactId}
            alt={shows ?? `Illustration of page ${number}`}
            className="aspect-video"
          />
        ) : part.state === "making" ? (
          <Skeleton className="aspect-video rounded-none" />
        ) : (
          <div className="grid aspect-video place-items-center bg-sunken text-ink-soft">
            {part.state === "failed" && <CircleX aria-hidden className="size-6 text-bad" />}
          </div>
        )}
      </div>
      <p className="text-sm text-ink-soft">
        Page {number}
        {part.state === "making" && `: ${part.message ?? "being drawn"}`}
        {part.state === "waiting" && ": waits for its turn"}
        {part.state === "missing" && ": not drawn"}
        {part.state === "failed" && <span className="text-bad">: {part.message}</span>}
      </p>
    </li>
  );
}

import type { StreamedText } from "@longhaul/client";
import type { Run } from "@longhaul/kit";
import type { StoryResult } from "@longhaul/workflows/contracts";
import { Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import type { Part } from "../book.js";
import { MadeBy } from "./made-by.js";
import { stageOf, StagePanel } from "./stage-panel.js";

const StoryEditor = lazy(async () => ({ default: (await import("../edit/story-editor.js")).StoryEditor }));

interface StoryPanelProps {
  run: Run;
  part: Part<StoryResult>;
  /** What is being written at this moment. */
  text: StreamedText | undefined;
  mayEdit: boolean;
}

/** The story: while it is written, as it is, and as a form to change it. */
export function StoryPanel({ run, part, text, mayEdit }: StoryPanelProps) {
  const [editing, setEditing] = useState(false);
  const ready = part.state === "ready" ? part.value : null;
  // The text may come through before the checkpoint that it is written for.
  const state = part.state === "waiting" && text ? "making" : part.state;
  return (
    <StagePanel
      title="The story"
      stage={stageOf(run, "story")}
      state={state}
      actions={
        ready &&
        mayEdit &&
        !editing && (
          <Button size="small" onClick={() => setEditing(true)}>
            <Pencil aria-hidden />
            Edit the story
          </Button>
        )
      }
    >
      {ready && editing && (
        <Suspense fallback={<SkeletonLines label="Opening the editor" />}>
          <StoryEditor runId={run.id} story={ready} onClose={() => setEditing(false)} />
        </Suspense>
      )}
      {ready && !editing && <Told story={ready} />}
      {state === "making" && text && <BeingWritten text={text} />}
      {part.state === "failed" && <p className="text-bad">{part.message}</p>}
    </StagePanel>
  );
}

function BeingWritten({ text }: { text: StreamedText }) {
  return (
    <p data-story-stream className="max-w-prose whitespace-pre-wrap">
      {text.from > 0 && "... "}
      {text.text}
      <span aria-hidden className="ml-0.5 inline-block h-4 w-1.5 animate-pulse bg-accent align-text-bottom" />
    </p>
  );
}

function Told({ story }: { story: StoryResult }) {
  return (
    <div className="grid gap-4">
      <h3 className="text-lg font-semibold">{story.title}</h3>
      <ol className="grid max-w-prose gap-3">
        {story.pages.map(({ text }, index) => (
          <li key={index} className="grid grid-cols-[2rem_minmax(0,1fr)]">
            <span aria-hidden className="text-ink-soft tabular-nums">
              {index + 1}
            </span>
            {text}
          </li>
        ))}
      </ol>
      <MadeBy by={story.madeBy} />
    </div>
  );
}

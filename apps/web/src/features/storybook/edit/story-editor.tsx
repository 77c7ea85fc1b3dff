import type { StoryResult } from "@longhaul/workflows/contracts";
import type { FormEvent } from "react";
import { Button } from "../../../components/ui/button.js";
import { Notice } from "../../../components/ui/notice.js";
import { useRerunFrom } from "../../run/actions/use-rerun-from.js";
import { StoryFields } from "./story-fields.js";
import { useStoryDraft } from "./use-story-draft.js";

interface StoryEditorProps {
  runId: string;
  story: StoryResult;
  onClose: () => void;
}

/** The first step that is done anew when the story is another. */
const nextStep = "DrawPage";

/** The story as a form. What it becomes goes into a new run, which keeps the drawing and makes everything after it. */
export function StoryEditor({ runId, story, onClose }: StoryEditorProps) {
  const draft = useStoryDraft(story, `story ${runId}`);
  const { rerunFrom, pending, problem } = useRerunFrom(runId, draft.kept.forget);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const edited = draft.read();
    if (edited) rerunFrom({ step: nextStep, outputs: { Story: edited } });
  }

  function discard(): void {
    draft.kept.forget();
    onClose();
  }

  return (
    <form noValidate onSubmit={submit} className="grid gap-4" aria-label="The story">
      {problem && (
        <Notice role="alert" look="bad" title="The book was not made">
          {problem.message}
        </Notice>
      )}
      <StoryFields draft={draft} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Starting..." : "Make the book from this story"}
        </Button>
        <Button onClick={discard}>Discard the changes</Button>
        <p className="basis-full text-sm text-ink-soft">
          A new run begins with this story: the drawing is not read again, pictures, narration and film are
          made anew. This book stays as it is.
        </p>
      </div>
    </form>
  );
}

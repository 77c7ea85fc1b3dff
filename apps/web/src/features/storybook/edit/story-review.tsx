import { type StoryResult, storyResultSchema } from "@longhaul/workflows/contracts";
import { type FormEvent, useState } from "react";
import { z } from "zod";
import { Button } from "../../../components/ui/button.js";
import { Notice } from "../../../components/ui/notice.js";
import type { DecisionFormProps } from "../../approvals/forms.js";
import { useDecide } from "../../approvals/use-decide.js";
import { StoryFields } from "./story-fields.js";
import { useStoryDraft } from "./use-story-draft.js";

const detailsSchema = z.object({ story: storyResultSchema });

/** The story that waits to be read: what it is when it is sent becomes the book. */
export function StoryReview({ approval, onChanged }: DecisionFormProps) {
  const details = detailsSchema.safeParse(approval.details);
  if (!details.success) return <Notice look="bad">The story is not in a form that can be read here.</Notice>;
  return <Review approval={approval} onChanged={onChanged} story={details.data.story} />;
}

function Review({ approval, onChanged, story }: DecisionFormProps & { story: StoryResult }) {
  // Asked for again every few seconds: what is being written must not be replaced meanwhile.
  const [written] = useState(story);
  const draft = useStoryDraft(written, `approval ${approval.id}`);
  const { decide, pending, problem } = useDecide(approval, onChanged, { onDecided: draft.kept.forget });

  function submit(event: FormEvent): void {
    event.preventDefault();
    const read = draft.read();
    if (read) decide(read);
  }

  return (
    <form noValidate onSubmit={submit} className="grid gap-4" aria-label="The story to be read">
      {problem && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      <StoryFields draft={draft} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Sending..." : "Draw this story"}
        </Button>
        <p className="basis-full text-sm text-ink-soft">
          Change what you like. If nobody has read it in time, the book is made from the story as it was
          written.
        </p>
      </div>
    </form>
  );
}

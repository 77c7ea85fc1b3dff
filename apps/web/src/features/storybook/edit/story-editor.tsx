import type { StoryResult } from "@longhaul/workflows/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Input, Textarea } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { useRerunFrom } from "../../run/actions/use-rerun-from.js";
import { checkStory, editedStory } from "./edited-story.js";

interface StoryEditorProps {
  runId: string;
  story: StoryResult;
  onClose: () => void;
}

/** The first step that is done anew when the story is another. */
const nextStep = "DrawPage";

/** The story as a form. What it becomes goes into a new run, which keeps the drawing and makes everything after it. */
export function StoryEditor({ runId, story, onClose }: StoryEditorProps) {
  const [title, setTitle] = useState(story.title);
  const [pages, setPages] = useState(story.pages);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const { rerunFrom, pending, problem } = useRerunFrom(runId);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const edited = editedStory(story, { title, pages });
    const found = checkStory(edited);
    setErrors(found);
    if (Object.keys(found).length === 0) rerunFrom({ step: nextStep, outputs: { Story: edited } });
  }

  const change = (index: number, part: Partial<StoryResult["pages"][number]>) =>
    setPages(pages.map((page, at) => (at === index ? { ...page, ...part } : page)));

  return (
    <form noValidate onSubmit={submit} className="grid gap-4" aria-label="The story">
      {problem && (
        <Notice role="alert" look="bad" title="The book was not made">
          {problem.message}
        </Notice>
      )}
      <Field label="Title" required error={errors["title"]}>
        {(control) => (
          <Input
            {...control}
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
      </Field>
      <ol className="grid gap-4">
        {pages.map((page, index) => (
          <li key={index} className="grid gap-3 rounded-md border p-3 sm:grid-cols-2">
            <Field label={`Page ${index + 1}`} required error={errors[`pages.${index}.text`]}>
              {(control) => (
                <Textarea
                  {...control}
                  rows={4}
                  value={page.text}
                  onChange={(event) => change(index, { text: event.target.value })}
                />
              )}
            </Field>
            <Field
              label={`What the picture of page ${index + 1} shows`}
              required
              error={errors[`pages.${index}.illustration`]}
            >
              {(control) => (
                <Textarea
                  {...control}
                  rows={4}
                  value={page.illustration}
                  onChange={(event) => change(index, { illustration: event.target.value })}
                />
              )}
            </Field>
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Starting..." : "Make the book from this story"}
        </Button>
        <Button onClick={onClose}>Discard the changes</Button>
        <p className="basis-full text-sm text-ink-soft">
          A new run begins with this story: the drawing is not read again, pictures, narration and film are
          made anew. This book stays as it is.
        </p>
      </div>
    </form>
  );
}

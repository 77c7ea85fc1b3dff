import { Field } from "../../../components/ui/field.js";
import { Input, Textarea } from "../../../components/ui/input.js";
import { DraftNotice } from "../../drafts/draft-notice.js";
import type { StoryDraft } from "./use-story-draft.js";

/** Title and pages of a story as fields. */
export function StoryFields({ draft }: { draft: StoryDraft }) {
  const { title, pages, errors, kept, setTitle, changePage } = draft;
  return (
    <>
      <DraftNotice draft={kept} />
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
          <li key={index} className="grid gap-3 rounded-md border p-3 @xl:grid-cols-2">
            <Field label={`Page ${index + 1}`} required error={errors[`pages.${index}.text`]}>
              {(control) => (
                <Textarea
                  {...control}
                  rows={4}
                  value={page.text}
                  onChange={(event) => changePage(index, { text: event.target.value })}
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
                  onChange={(event) => changePage(index, { illustration: event.target.value })}
                />
              )}
            </Field>
          </li>
        ))}
      </ol>
    </>
  );
}

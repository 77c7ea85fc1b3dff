import { channelLimits, type MessageText, smsText, smsUnits } from "@longhaul/workflows/contracts";
import { useId } from "react";
import { Field } from "../../components/ui/field.js";
import { Input, Textarea } from "../../components/ui/input.js";
import type { Group } from "./campaign.js";
import { DraftCard } from "./draft-card.js";

interface ReviewGroupProps {
  title: string;
  group: Group;
  /** Null: this segment gets nothing by this channel. */
  text: MessageText | null;
  errorOf: (field: "subject" | "body") => string | undefined;
  onChange: (text: MessageText | null) => void;
}

/** The drafts of one segment and channel side by side, one of them chosen, and its text to be changed. */
export function ReviewGroup({ title, group, text, errorOf, onChange }: ReviewGroupProps) {
  const name = useId();
  return (
    <section aria-label={title} className="grid gap-3 border-t pt-3">
      <h3 className="font-semibold">{title}</h3>
      <div className="grid gap-3 @2xl:grid-cols-2 @4xl:grid-cols-3">
        {group.drafts.map((tried) => {
          const { segment, channel, variant, subject, body } = tried.draft;
          return (
            <DraftCard
              key={variant}
              tried={tried}
              choice={
                <label className="flex items-center gap-2 font-medium">
                  <input
                    type="radio"
                    name={name}
                    checked={text?.variant === variant}
                    onChange={() => onChange({ segment, channel, variant, subject, body })}
                  />
                  Draft {variant}
                </label>
              }
            />
          );
        })}
      </div>
      <label className="flex items-center gap-2">
        <input type="radio" name={name} checked={text === null} onChange={() => onChange(null)} />
        Send them nothing
      </label>
      {text && <Editor title={title} text={text} errorOf={errorOf} onChange={onChange} />}
    </section>
  );
}

function Editor({ title, text, errorOf, onChange }: Omit<ReviewGroupProps, "group"> & { text: MessageText }) {
  const limit = channelLimits[text.channel];
  const subjectLabel = text.channel === "SMS" ? "Sender" : text.channel === "PUSH" ? "Title" : "Subject";
  return (
    <fieldset className="grid gap-3 rounded-md bg-sunken p-3">
      <legend className="sr-only">Text of {title}</legend>
      <Field
        label={subjectLabel}
        required
        error={errorOf("subject")}
        help={`${text.subject.length} of ${limit.subject}`}
      >
        {(control) => (
          <Input
            {...control}
            value={text.subject}
            onChange={({ target }) => onChange({ ...text, subject: target.value })}
          />
        )}
      </Field>
      <Field label="Text" required error={errorOf("body")} help={lengthOf(text)}>
        {(control) => (
          <Textarea
            {...control}
            rows={text.channel === "EMAIL" ? 8 : 3}
            value={text.body}
            onChange={({ target }) => onChange({ ...text, body: target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}

function lengthOf({ channel, subject, body }: MessageText): string {
  if (channel !== "SMS") return `${body.length} of ${channelLimits[channel].body} characters`;
  const { used, most } = smsUnits(smsText(subject, body));
  return `${used} of ${most} characters of one SMS, with its sender`;
}

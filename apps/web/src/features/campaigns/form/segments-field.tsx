import { maxCampaignSegments } from "@longhaul/workflows/contracts";
import { Plus } from "lucide-react";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Input, Textarea } from "../../../components/ui/input.js";
import type { CampaignErrors, SegmentFields } from "./use-campaign-form.js";

interface SegmentsFieldProps {
  segments: readonly SegmentFields[];
  errors: CampaignErrors;
  onChange: (segments: readonly SegmentFields[]) => void;
}

/** Groups of people, each with its own addresses. */
export function SegmentsField({ segments, errors, onChange }: SegmentsFieldProps) {
  const change = (key: number, changed: Partial<SegmentFields>) =>
    onChange(segments.map((segment) => (segment.key === key ? { ...segment, ...changed } : segment)));
  const add = () => {
    const key = Math.max(0, ...segments.map((segment) => segment.key)) + 1;
    onChange([...segments, { key, name: "", description: "", addresses: "" }]);
  };
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 font-medium">Segments</legend>
      {errors["segments"] && (
        <p role="alert" className="text-bad">
          {errors["segments"]}
        </p>
      )}
      {segments.map((segment, place) => (
        <div
          key={segment.key}
          role="group"
          aria-label={`Segment ${place + 1}`}
          className="grid gap-3 rounded-lg border p-3"
        >
          <div className="grid gap-3 @xl:grid-cols-2">
            <Field label="Segment" required error={errors[`segments.${place}.name`]}>
              {(control) => (
                <Input
                  {...control}
                  value={segment.name}
                  maxLength={60}
                  onChange={({ target }) => change(segment.key, { name: target.value })}
                />
              )}
            </Field>
            <Field label="What moves them" error={errors[`segments.${place}.description`]}>
              {(control) => (
                <Input
                  {...control}
                  value={segment.description}
                  maxLength={200}
                  onChange={({ target }) => change(segment.key, { description: target.value })}
                />
              )}
            </Field>
          </div>
          <Field
            label="Recipients"
            required
            help="One a line: an e-mail address, a phone number like +15550104567, or the ARN of a push endpoint. Each is reached by its own channel."
            error={errors[`segments.${place}.addresses`]}
          >
            {(control) => (
              <Textarea
                {...control}
                className="font-mono text-sm"
                value={segment.addresses}
                onChange={({ target }) => change(segment.key, { addresses: target.value })}
              />
            )}
          </Field>
          {segments.length > 1 && (
            <Button
              size="small"
              className="justify-self-start"
              onClick={() => onChange(segments.filter(({ key }) => key !== segment.key))}
            >
              Remove<span className="sr-only"> segment {place + 1}</span>
            </Button>
          )}
        </div>
      ))}
      {segments.length < maxCampaignSegments && (
        <Button className="justify-self-start" onClick={add}>
          <Plus aria-hidden />
          Add a segment
        </Button>
      )}
    </fieldset>
  );
}

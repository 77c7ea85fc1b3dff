import { channels } from "@longhaul/kit";
import { maxCampaignDrafts } from "@longhaul/workflows/contracts";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Checkbox, Input, Textarea } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { trpc } from "../../../lib/trpc.js";
import { DraftNotice } from "../../drafts/draft-notice.js";
import { channelLabels } from "../campaign.js";
import { SegmentsField } from "./segments-field.js";
import { useCampaignForm } from "./use-campaign-form.js";

/** Goal, channels, segments with their people, twins, time and budget of a campaign. */
export function CampaignForm() {
  const { fields, draft, errors, pending, problem, change, submit } = useCampaignForm();
  const needed = fields.channels.length * fields.segments.length;
  const send = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  const placed = Object.keys(errors).some((key) => key !== "");
  return (
    <form noValidate onSubmit={send} className="grid gap-5">
      {problem && !placed && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      <DraftNotice draft={draft} />
      <Field label="Name" required error={errors["name"]}>
        {(control) => (
          <Input
            {...control}
            value={fields.name}
            maxLength={80}
            onChange={({ target }) => change({ name: target.value })}
          />
        )}
      </Field>
      <Field label="Goal" required help="What people should know or do." error={errors["goal"]}>
        {(control) => (
          <Textarea
            {...control}
            value={fields.goal}
            maxLength={400}
            onChange={({ target }) => change({ goal: target.value })}
          />
        )}
      </Field>
      <Choices
        legend="Channels"
        error={errors["channels"]}
        options={channels.map((channel) => ({ value: channel, label: channelLabels[channel] }))}
        chosen={fields.channels}
        onChange={(chosen) => change({ channels: channels.filter((channel) => chosen.includes(channel)) })}
      />
      <SegmentsField
        segments={fields.segments}
        errors={errors}
        onChange={(segments) => change({ segments })}
      />
      <Twins chosen={fields.twinIds} error={errors["twinIds"]} onChange={(twinIds) => change({ twinIds })} />
      <div className="grid gap-5 @xl:grid-cols-2">
        <Field
          label="Send at"
          help="In your time zone. Left empty, it is sent as soon as it is approved."
          error={errors["sendAt"]}
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={fields.sendAt}
              onChange={({ target }) => change({ sendAt: target.value })}
            />
          )}
        </Field>
        <Field
          label="Drafts"
          required
          help={`Needs ${needed} at least; more give you a choice. ${maxCampaignDrafts} at most.`}
          error={errors["draftBudget"]}
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={maxCampaignDrafts}
              value={fields.draftBudget}
              onChange={({ target }) => change({ draftBudget: target.value })}
            />
          )}
        </Field>
      </div>
      <div>
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Starting..." : "Write the drafts"}
        </Button>
      </div>
    </form>
  );
}

interface ChoicesProps {
  legend: string;
  error: string | undefined;
  options: readonly { readonly value: string; readonly label: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

function Choices({ legend, error, options, chosen, onChange }: ChoicesProps) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {options.map(({ value, label }) => (
          <label key={value} className="flex items-center gap-2">
            <Checkbox
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))
              }
            />
            {label}
          </label>
        ))}
      </div>
      {error && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface TwinsProps {
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** Those that can be asked now. */
function Twins({ chosen, error, onChange }: TwinsProps) {
  const { data } = trpc.twins.list.useQuery();
  const active = (data ?? []).filter((twin) => twin.activeVersion !== null && twin.removingRunId === null);
  if (data && active.length === 0) {
    return (
      <Notice look="warn" title="There is no twin that can be asked yet.">
        <Link to="/twins" className="link">
          Train one first
        </Link>
      </Notice>
    );
  }
  const options = active.map(({ id, name, activeVersion }) => ({
    value: id,
    label: `${name} (version ${activeVersion})`,
  }));
  return (
    <Choices legend="Audience twins" error={error} options={options} chosen={chosen} onChange={onChange} />
  );
}

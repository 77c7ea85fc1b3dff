import { type Channel, channels } from "@longhaul/kit";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { z } from "zod/mini";
import { type FieldIssue, type Problem, toProblem } from "../../../lib/errors.js";
import { focusFirstWrong } from "../../../lib/focus-wrong.js";
import { trpc } from "../../../lib/trpc.js";
import { useDraft } from "../../drafts/use-draft.js";
import { createKeys } from "../../start/start-run.js";

export interface SegmentFields {
  readonly key: number;
  readonly name: string;
  readonly description: string;
  /** One address a line. */
  readonly addresses: string;
}

export interface CampaignFields {
  readonly name: string;
  readonly goal: string;
  readonly channels: readonly Channel[];
  readonly segments: readonly SegmentFields[];
  readonly twinIds: readonly string[];
  /** As a browser's own field writes it, in local time; empty: when it is approved. */
  readonly sendAt: string;
  readonly draftBudget: string;
}

const empty: CampaignFields = {
  name: "",
  goal: "",
  channels: ["EMAIL"],
  segments: [{ key: 0, name: "", description: "", addresses: "" }],
  twinIds: [],
  sendAt: "",
  draftBudget: "6",
};

const fieldsSchema = z.object({
  name: z.string(),
  goal: z.string(),
  channels: z.array(z.enum(channels)),
  segments: z.array(
    z.object({ key: z.number(), name: z.string(), description: z.string(), addresses: z.string() }),
  ),
  twinIds: z.array(z.string()),
  sendAt: z.string(),
  draftBudget: z.string(),
});

/** Errors by field: "name", "channels", "segments.0.name", "segments.0.addresses" and so on. */
export type CampaignErrors = Readonly<Record<string, string>>;

const linesOf = (text: string): string[] =>
  text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter(Boolean);

/** The input of the workflow. */
function inputOf(fields: CampaignFields) {
  const recipients = fields.segments.flatMap(({ name, addresses }) =>
    linesOf(addresses).map((address) => ({ segment: name.trim(), address })),
  );
  return {
    name: fields.name,
    goal: fields.goal,
    channels: [...fields.channels],
    segments: fields.segments.map(({ name, description }) => ({ name, description })),
    twinIds: [...fields.twinIds],
    recipients,
    draftBudget: Number(fields.draftBudget),
    ...(fields.sendAt === "" ? {} : { sendAt: new Date(fields.sendAt).toISOString() }),
  };
}

/** Where the server's issues belong in the form; an issue of a recipient stands under its segment's addresses. */
function placeErrors(issues: readonly FieldIssue[], { segments }: CampaignFields): CampaignErrors {
  const counts = segments.flatMap(({ addresses }, segment) => linesOf(addresses).map(() => segment));
  const errors: Record<string, string> = {};
  for (const { path, message } of issues) {
    const [top, place, field] = path[0] === "input" ? path.slice(1) : path;
    const key =
      top === "recipients"
        ? `segments.${typeof place === "number" ? (counts[place] ?? 0) : 0}.addresses`
        : top === "segments" && typeof place === "number" && field !== undefined
          ? `segments.${place}.${field}`
          : String(top ?? "");
    errors[key] ??= message;
  }
  return errors;
}

export function useCampaignForm() {
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const [fields, setFields, draft] = useDraft<CampaignFields>({
    form: "campaign",
    schema: fieldsSchema,
    begin: () => empty,
  });
  const [errors, setErrors] = useState<CampaignErrors>({});
  const [keyOf] = useState(createKeys);
  const start = trpc.campaigns.start.useMutation({
    onSuccess: async ({ runId }) => {
      draft.forget();
      void utils.campaigns.invalidate();
      await navigate({ to: "/runs/$runId/result", params: { runId } });
    },
    onError: (error) => {
      setErrors(placeErrors(toProblem(error).issues, fields));
      focusFirstWrong();
    },
  });
  return {
    fields,
    draft,
    errors,
    pending: start.isPending,
    problem: start.error ? toProblem(start.error) : (null as Problem | null),
    change(changed: Partial<CampaignFields>) {
      setFields((all) => ({ ...all, ...changed }));
      setErrors({});
      start.reset();
    },
    submit() {
      const input = inputOf(fields);
      start.mutate({ input, idempotencyKey: keyOf(input) });
    },
  };
}

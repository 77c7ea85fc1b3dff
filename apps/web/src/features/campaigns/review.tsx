import { campaignReviewSchema, type MessageText, triedDraftSchema } from "@longhaul/workflows/contracts";
import { type FormEvent, useState } from "react";
import { z } from "zod";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { currentTime } from "../../lib/clock.js";
import { formatExact } from "../../lib/format.js";
import type { DecisionFormProps } from "../approvals/forms.js";
import { useDecide } from "../approvals/use-decide.js";
import { channelLabels, type Group, groupsOf } from "./campaign.js";
import { ReviewGroup } from "./review-group.js";

const detailsSchema = z.object({ sendAt: z.string(), drafts: z.array(triedDraftSchema) });
type Details = z.infer<typeof detailsSchema>;

/** The drafts that wait to be approved: what they are when they are sent off goes out. */
export function CampaignReview({ approval, onChanged }: DecisionFormProps) {
  const details = detailsSchema.safeParse(approval.details);
  if (!details.success)
    return <Notice look="bad">The drafts are not in a form that can be read here.</Notice>;
  return <Review approval={approval} onChanged={onChanged} details={details.data} />;
}

const keyOf = ({ channel, segment }: Pick<Group, "channel" | "segment">) => `${channel} ${segment}`;

function Review({ approval, onChanged, details }: DecisionFormProps & { details: Details }) {
  // Asked for again every few seconds: what is being written must not be replaced meanwhile.
  const [groups] = useState(() => groupsOf(details.drafts));
  const [texts, setTexts] = useState<Readonly<Record<string, MessageText | null>>>(() =>
    Object.fromEntries(groups.map((group) => [keyOf(group), textOf(group, 0)])),
  );
  const [note, setNote] = useState("");
  const [issues, setIssues] = useState<readonly { path: string; message: string }[]>([]);
  const { decide, pending, problem } = useDecide(approval, onChanged);

  function approve(event: FormEvent): void {
    event.preventDefault();
    const kept = groups.flatMap((group) => texts[keyOf(group)] ?? []);
    const read = campaignReviewSchema.safeParse({ approved: true, messages: kept, note });
    const found = (read.error?.issues ?? []).map(({ path, message }) => {
      const text = kept[Number(path[1])];
      return { path: text ? `${keyOf(text)} ${String(path[2])}` : "", message };
    });
    setIssues(found);
    if (read.success) decide(read.data);
  }

  return (
    <form noValidate onSubmit={approve} className="grid gap-4" aria-label="The drafts to be approved">
      {problem && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      {issues.some(({ path }) => path === "") && (
        <Notice role="alert" look="bad">
          {issues.find(({ path }) => path === "")?.message}
        </Notice>
      )}
      {groups.map((group) => (
        <ReviewGroup
          key={keyOf(group)}
          title={`${channelLabels[group.channel]} to ${group.segment}`}
          group={group}
          text={texts[keyOf(group)] ?? null}
          errorOf={(field) => issues.find(({ path }) => path === `${keyOf(group)} ${field}`)?.message}
          onChange={(text) => {
            setTexts((all) => ({ ...all, [keyOf(group)]: text }));
            setIssues([]);
          }}
        />
      ))}
      <Field label="Note" help="Why, for those who read it later.">
        {(control) => (
          <Input {...control} value={note} maxLength={500} onChange={({ target }) => setNote(target.value)} />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Sending..." : "Approve and send"}
        </Button>
        <Button
          look="danger"
          disabled={pending}
          onClick={() => decide({ approved: false, messages: [], note })}
        >
          Reject: send nothing
        </Button>
        <SendTime at={details.sendAt} />
      </div>
    </form>
  );
}

function SendTime({ at }: { at: string }) {
  const [opened] = useState(currentTime);
  const later = Date.parse(at) > opened;
  return (
    <p className="basis-full text-sm text-ink-soft">
      {later
        ? `What you approve goes out on ${formatExact(Date.parse(at))}.`
        : "What you approve goes out at once."}{" "}
      If nobody decides in time, nothing is sent.
    </p>
  );
}

function textOf({ drafts }: Group, place: number): MessageText | null {
  const tried = drafts[place];
  if (!tried) return null;
  const { segment, channel, variant, subject, body } = tried.draft;
  return { segment, channel, variant, subject, body };
}

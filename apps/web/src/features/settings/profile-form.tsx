import { type Channel, channels } from "@longhaul/kit";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input, Select } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";

type Me = Outputs["me"]["get"];

const channelLabels: Record<Channel, string> = { EMAIL: "E-mail", SMS: "SMS", PUSH: "Push message" };

/** Name, and how to be told about a run that has ended. */
export function ProfileForm({ me }: { me: Me }) {
  const utils = trpc.useUtils();
  const [name, setName] = useState(me.name);
  const [channel, setChannel] = useState(me.notificationChannel);
  const [phone, setPhone] = useState(me.phone ?? "");
  const [pushTarget, setPushTarget] = useState(me.pushTarget ?? "");
  const update = trpc.me.update.useMutation({ onSuccess: (saved) => utils.me.get.setData(undefined, saved) });
  const problem = update.error && toProblem(update.error);
  const errorOf = (field: string) => problem?.issues.find(({ path }) => path[0] === field)?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({
      name,
      notificationChannel: channel,
      phone: phone.trim() || null,
      pushTarget: pushTarget.trim() || null,
    });
  };
  return (
    <form noValidate onSubmit={submit} onChange={() => update.reset()} className="grid gap-4">
      {problem && problem.issues.length === 0 && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      <Field label="Name" required error={errorOf("name")}>
        {(control) => (
          <Input
            {...control}
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="name"
          />
        )}
      </Field>
      <Field
        label="Tell me by"
        required
        error={errorOf("notificationChannel")}
        help="Used when a run does not say otherwise."
      >
        {(control) => (
          <Select
            {...control}
            value={channel}
            onChange={(event) => setChannel(event.target.value as Channel)}
          >
            {channels.map((value) => (
              <option key={value} value={value}>
                {channelLabels[value]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        label="Phone"
        error={errorOf("phone")}
        help="For SMS, with the country code, like +4915112345678."
      >
        {(control) => (
          <Input
            {...control}
            type="tel"
            autoComplete="tel"
            value={phone}
            onChange={(event) => setPhone(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Device"
        error={errorOf("pushTarget")}
        help="For push messages: the ARN of its endpoint at Amazon SNS, which begins with arn:aws:sns."
      >
        {(control) => (
          <Input {...control} value={pushTarget} onChange={(event) => setPushTarget(event.target.value)} />
        )}
      </Field>
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" disabled={update.isPending}>
          {update.isPending ? "Saving..." : "Save"}
        </Button>
        <p role="status" className="text-ink-soft">
          {update.isSuccess && "Saved."}
        </p>
      </div>
    </form>
  );
}

import { type FormEvent, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Field } from "../../components/ui/field.js";
import { Checkbox, Input } from "../../components/ui/input.js";
import { toProblem } from "../../lib/errors.js";
import { focusFirstWrong } from "../../lib/focus-wrong.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { kinds } from "./kinds.js";

interface WebhookDialogProps {
  /** Null makes a new one. */
  webhook: Outputs["webhooks"]["list"][number] | null;
  close: () => void;
  showSecret: (secret: string) => void;
}

/** Where it leads, and what it is told of. */
export function WebhookDialog({ webhook, close, showSecret }: WebhookDialogProps) {
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(webhook?.kinds ?? ["run.succeeded", "run.failed"]),
  );
  const [workflows, setWorkflows] = useState<ReadonlySet<string>>(new Set(webhook?.workflows ?? []));
  const [active, setActive] = useState(webhook?.active ?? true);
  const list = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const utils = trpc.useUtils();
  const save = trpc.webhooks.save.useMutation({
    onSuccess: async ({ secret }) => {
      close();
      if (secret) showSecret(secret);
      await utils.webhooks.invalidate();
    },
    onError: () => focusFirstWrong(),
  });
  const wrong = placed(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = kinds.map(([kind]) => kind).filter((kind) => chosen.has(kind));
    save.mutate({ id: webhook?.id, name, url, kinds: wanted, workflows: [...workflows], active });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={webhook ? "Change the webhook" : "New webhook"}
      description="A signed message is posted to the address for each event that you choose."
    >
      <form noValidate onSubmit={submit} className="grid gap-4">
        <Field label="Name" required error={wrong.name}>
          {(control) => (
            <Input
              {...control}
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Address"
          required
          help="Everybody in the organisation sees it: put no password into it."
          error={wrong.url}
        >
          {(control) => (
            <Input
              {...control}
              type="url"
              inputMode="url"
              maxLength={2000}
              placeholder="https://example.org/hooks/longhaul"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <Choices title="When" error={wrong.kinds} options={kinds} chosen={chosen} choose={setChosen} />
        <details>
          <summary>
            {workflows.size === 0
              ? "Of every workflow"
              : `Of ${workflows.size} chosen ${workflows.size === 1 ? "workflow" : "workflows"}`}
          </summary>
          <div className="mt-2">
            <Choices
              title="Only of these workflows (none: of every one)"
              options={(list.data ?? []).map((one) => [one.name, one.title] as const)}
              chosen={workflows}
              choose={setWorkflows}
            />
          </div>
        </details>
        {webhook && (
          <label className="flex items-center gap-2">
            <Checkbox checked={active} onChange={(event) => setActive(event.target.checked)} />
            Switched on
          </label>
        )}
        {wrong.rest && (
          <p role="alert" className="text-bad">
            {wrong.rest}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {save.isPending ? "Saving..." : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the server refused, by the field that it belongs to. */
function placed(error: unknown) {
  if (!error) return {};
  const { issues, message } = toProblem(error);
  const of = (field: string) => issues.find(({ path }) => path[0] === field)?.message;
  const [name, url, chosen] = [of("name"), of("url"), of("kinds")];
  return { name, url, kinds: chosen, rest: name || url || chosen ? undefined : message };
}

interface ChoicesProps {
  title: string;
  error?: string | undefined;
  options: readonly (readonly [string, string])[];
  chosen: ReadonlySet<string>;
  choose: (chosen: ReadonlySet<string>) => void;
}

function Choices({ title, error, options, chosen, choose }: ChoicesProps) {
  const toggle = (option: string) => {
    const next = new Set(chosen);
    if (!next.delete(option)) next.add(option);
    choose(next);
  };
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 font-medium">{title}</legend>
      {error && <p className="text-bad">{error}</p>}
      {options.map(([option, label]) => (
        <label key={option} className="flex items-center gap-2">
          <Checkbox checked={chosen.has(option)} onChange={() => toggle(option)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

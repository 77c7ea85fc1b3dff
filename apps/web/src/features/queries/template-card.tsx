import { type Parameters, parametersSchema, templateCategories } from "@longhaul/workflows/contracts";
import { Copy, Globe, Lock, Pencil } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { toProblem } from "../../lib/errors.js";
import { humanize, plural } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { TemplateDialog } from "./template-dialog.js";

type Template = Outputs["queryTemplates"]["list"]["templates"][number];

/** A template, with its parameters as they were checked. */
export type UsedTemplate = Pick<Template, "id" | "name" | "description" | "sql"> & {
  parameterSchema: Parameters;
};

const owners = { own: "Your organisation's", other: "Another organisation's", house: "Comes with Longhaul" };

interface TemplateCardProps {
  template: Template;
  mayEdit: boolean;
  busy: boolean;
  onUse: (template: UsedTemplate) => void;
}

/** What a template answers, whose it is, and what can be done with it. */
export function TemplateCard({ template, mayEdit, busy, onUse }: TemplateCardProps) {
  const { id, name, description, category, sql, visibility, usageCount, owner } = template;
  const utils = trpc.useUtils();
  const fork = trpc.queryTemplates.fork.useMutation({
    onSuccess: () => utils.queryTemplates.list.invalidate(),
  });
  const Visible = visibility === "public" ? Globe : Lock;
  const use = () => {
    const parameters = parametersSchema.safeParse(template.parameterSchema);
    onUse({ id, name, description, sql, parameterSchema: parameters.success ? parameters.data : [] });
  };
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-lg border p-3">
      <div className="flex items-start justify-between gap-2">
        <h3 className="min-w-0 font-medium break-words">{name}</h3>
        <span className="shrink-0 rounded-full bg-sunken px-2 py-0.5 text-sm text-ink-soft">
          {humanize(category)}
        </span>
      </div>
      <p className="text-ink-soft">{description}</p>
      <details>
        <summary className="text-sm">SQL</summary>
        <pre
          tabIndex={0}
          aria-label={`SQL of ${name}`}
          className="mt-1 max-h-64 overflow-auto rounded-md border bg-sunken p-2 font-mono text-sm"
        >
          {sql}
        </pre>
      </details>
      <p className="mt-auto flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
        <span className="inline-flex items-center gap-1">
          <Visible aria-hidden className="size-3.5" />
          {visibility === "public" ? "Public" : "Private"}
        </span>
        <span>{owners[owner]}</span>
        <span>{usageCount === 0 ? "Never used" : `Used by ${plural(usageCount, "person", "people")}`}</span>
      </p>
      {mayEdit && (
        <div className="flex flex-wrap gap-2">
          <Button size="small" look="primary" disabled={busy} onClick={use}>
            Use<span className="sr-only"> {name}</span>
          </Button>
          <Button size="small" disabled={fork.isPending} onClick={() => fork.mutate({ id })}>
            <Copy aria-hidden />
            Fork<span className="sr-only"> {name}</span>
          </Button>
          {owner === "own" && <OwnActions template={template} />}
        </div>
      )}
      {fork.isError && (
        <p role="alert" className="text-bad">
          {toProblem(fork.error).message}
        </p>
      )}
    </li>
  );
}

/** What the organisation may do with a template of its own; of a public one, its admins. */
function OwnActions({ template }: { template: Template }) {
  const { id, name, description, category, visibility } = template;
  const [asking, setAsking] = useState<"change" | "delete" | null>(null);
  const utils = trpc.useUtils();
  const done = {
    onSuccess: () => {
      setAsking(null);
      return utils.queryTemplates.list.invalidate();
    },
  };
  const remove = trpc.queryTemplates.delete.useMutation(done);
  const update = trpc.queryTemplates.update.useMutation(done);
  const mayPublish = useMay("admin");
  const mayChange = visibility === "private" || mayPublish;
  const problem = update.error ?? remove.error;
  const of = <span className="sr-only"> {name}</span>;
  return (
    <>
      {mayChange && (
        <Button size="small" onClick={() => setAsking("change")}>
          <Pencil aria-hidden />
          Change{of}
        </Button>
      )}
      {mayPublish && (
        <Button
          size="small"
          disabled={update.isPending}
          onClick={() => update.mutate({ id, visibility: visibility === "public" ? "private" : "public" })}
        >
          {visibility === "public" ? "Make private" : "Publish"}
          {of}
        </Button>
      )}
      {mayChange && (
        <Button size="small" look="danger" onClick={() => setAsking("delete")}>
          Delete{of}
        </Button>
      )}
      {problem && asking !== "change" && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(problem).message}
        </p>
      )}
      {asking === "change" && (
        <TemplateDialog
          title="Change the template"
          help="To change its SQL, use it, edit the query, and keep that as a template."
          begin={{
            name,
            description,
            category: templateCategories.find((one) => one === category) ?? "other",
          }}
          of={id}
          busy={update.isPending}
          problem={update.error && toProblem(update.error).message}
          close={() => setAsking(null)}
          save={(words, then) => update.mutate({ id, ...words }, { onSuccess: then })}
        />
      )}
      <Dialog
        open={asking === "delete"}
        onOpenChange={() => setAsking(null)}
        title={`Delete "${name}"?`}
        description="Nobody can begin from it any more. Queries that were made of it stay as they are."
        actions={
          <>
            <Button onClick={() => setAsking(null)}>Keep it</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id })}>
              Delete the template
            </Button>
          </>
        }
      />
    </>
  );
}

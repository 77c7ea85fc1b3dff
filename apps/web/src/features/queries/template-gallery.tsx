import { type Parameters, parametersSchema } from "@longhaul/workflows/contracts";
import type { inferRouterInputs } from "@trpc/server";
import { Copy, Globe, Lock } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Input, Select } from "../../components/ui/input.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { toProblem } from "../../lib/errors.js";
import { humanize, plural } from "../../lib/format.js";
import { type AppRouter, type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";

type Template = Outputs["queryTemplates"]["list"]["templates"][number];
type Category = NonNullable<inferRouterInputs<AppRouter>["queryTemplates"]["list"]["category"]>;

const categories: readonly Category[] = [
  "reach-and-frequency",
  "path-to-conversion",
  "overlap",
  "time-to-conversion",
  "new-to-brand",
  "attribution",
  "audience",
  "other",
];

/** A template, with its parameters as they were checked. */
export type UsedTemplate = Pick<Template, "id" | "name" | "description" | "sql"> & {
  parameterSchema: Parameters;
};

interface TemplateGalleryProps {
  mayEdit: boolean;
  busy: boolean;
  onUse: (template: UsedTemplate) => void;
}

/** Templates as cards, the most used first, with search and category. */
export function TemplateGallery({ mayEdit, busy, onUse }: TemplateGalleryProps) {
  const [search, setSearch] = useState("");
  const [category, setCategory] = useState<Category | "">("");
  const wanted = useDeferredValue(search.trim());
  const { data, error, refetch, fetchNextPage, hasNextPage } = trpc.queryTemplates.list.useInfiniteQuery(
    { search: wanted || undefined, category: category || undefined },
    { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
  );
  const templates = data?.pages.flatMap((page) => page.templates) ?? [];
  return (
    <Panel
      title="Templates"
      actions={
        <div className="flex flex-wrap gap-2 py-1">
          <Input
            type="search"
            aria-label="Search templates"
            placeholder="Search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="h-7 w-44 text-sm"
          />
          <Select
            aria-label="Category"
            value={category}
            onChange={(event) => setCategory(event.target.value as Category | "")}
            className="h-7 w-auto text-sm"
          >
            <option value="">All categories</option>
            {categories.map((one) => (
              <option key={one} value={one}>
                {humanize(one)}
              </option>
            ))}
          </Select>
        </div>
      }
    >
      {error && !data ? (
        <ProblemView what="The templates" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the templates" />
      ) : templates.length === 0 ? (
        <EmptyState title="Nothing found">
          No template has these words. Try fewer, or another category.
        </EmptyState>
      ) : (
        <ul className="grid gap-3 md:grid-cols-2">
          {templates.map((template) => (
            <TemplateCard key={template.id} template={template} mayEdit={mayEdit} busy={busy} onUse={onUse} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button look="quiet" className="mt-2" onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

const owners = { own: "Your organisation's", other: "Another organisation's", house: "Comes with Longhaul" };

function TemplateCard({ template, mayEdit, busy, onUse }: TemplateGalleryProps & { template: Template }) {
  const { id, name, description, category, sql, visibility, usageCount, owner } = template;
  const utils = trpc.useUtils();
  const refresh = { onSuccess: () => utils.queryTemplates.list.invalidate() };
  const fork = trpc.queryTemplates.fork.useMutation(refresh);
  const remove = trpc.queryTemplates.delete.useMutation(refresh);
  const update = trpc.queryTemplates.update.useMutation(refresh);
  const mayPublish = useMay("admin");
  const mayDelete = owner === "own" && (visibility === "private" ? mayEdit : mayPublish);
  const failed = [fork, remove, update].find(({ isError }) => isError);
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
        <span>used {usageCount === 0 ? "never" : plural(usageCount, "time")}</span>
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
          {owner === "own" && mayPublish && (
            <Button
              size="small"
              disabled={update.isPending}
              onClick={() =>
                update.mutate({ id, visibility: visibility === "public" ? "private" : "public" })
              }
            >
              {visibility === "public" ? "Make private" : "Publish"}
              <span className="sr-only"> {name}</span>
            </Button>
          )}
          {mayDelete && (
            <Button
              size="small"
              look="danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate({ id })}
            >
              Delete<span className="sr-only"> {name}</span>
            </Button>
          )}
        </div>
      )}
      {failed && (
        <p role="alert" className="text-bad">
          {toProblem(failed.error).message}
        </p>
      )}
    </li>
  );
}

import { templateCategories } from "@longhaul/workflows/contracts";
import { getRouteApi } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Input, Select } from "../../components/ui/input.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { humanize } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { useTyped } from "../../lib/use-typed.js";
import { parseQuerySearch } from "./query-search.js";
import { TemplateCard, type UsedTemplate } from "./template-card.js";

interface TemplateGalleryProps {
  mayEdit: boolean;
  busy: boolean;
  onUse: (template: UsedTemplate) => void;
}

const route = getRouteApi("/app/queries");

/** Templates as cards, the most used first, with search and category, which the URL has. */
export function TemplateGallery({ mayEdit, busy, onUse }: TemplateGalleryProps) {
  const { template, category } = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = (change: { template?: string; category?: string }) =>
    void navigate({
      search: (all) => parseQuerySearch({ ...all, ...change }),
      replace: true,
      resetScroll: false,
    });
  const [text, type] = useTyped(template ?? "", (typed) => narrow({ template: typed }));
  const { data, error, refetch, fetchNextPage, hasNextPage } = trpc.queryTemplates.list.useInfiniteQuery(
    { search: template, category },
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
            value={text}
            maxLength={200}
            onChange={(event) => type(event.target.value)}
            className="h-7 w-44 text-sm"
          />
          <Select
            aria-label="Category"
            value={category ?? ""}
            onChange={(event) => narrow({ category: event.target.value })}
            className="h-7 w-auto text-sm"
          >
            <option value="">All categories</option>
            {templateCategories.map((one) => (
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
        <ul className="grid gap-3 @2xl:grid-cols-2">
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

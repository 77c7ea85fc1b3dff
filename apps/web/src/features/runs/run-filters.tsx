import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { Input } from "../../components/ui/input.js";
import { trpc } from "../../lib/trpc.js";
import { useTyped } from "../../lib/use-typed.js";
import { FilterSelect } from "./filter-select.js";
import { type RunSearch, sinceChoices, statusChoices } from "./run-search.js";
import { useKnown } from "./use-known.js";

/** Search, workflow, status, time, person and tag; the filter is the URL. */
export function RunFilters({ search }: { search: RunSearch }) {
  const navigate = useNavigate();
  const { data: workflows = [] } = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const { people, tags } = useKnown();
  const [text, type] = useTyped(search.q ?? "", (q) => {
    const { q: _, ...rest } = search;
    void navigate({ to: "/", search: q ? { ...rest, q } : rest, replace: true });
  });

  return (
    <search className="flex flex-wrap gap-2">
      <div className="relative min-w-48 flex-1 @max-xl:min-w-full">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-soft" />
        <Input
          type="search"
          data-search
          aria-label="Search by name, tag, id or input"
          placeholder="Search by name, tag, id or input"
          value={text}
          maxLength={200}
          onChange={(event) => type(event.target.value)}
          className="pl-8"
        />
      </div>
      <FilterSelect
        label="Workflow"
        name="workflow"
        any="All workflows"
        search={search}
        choices={workflows.map(({ name, title }) => [name, title])}
      />
      <FilterSelect
        label="Status"
        name="status"
        any="Any status"
        search={search}
        choices={Object.entries(statusChoices).map(([choice, { label }]) => [choice, label])}
      />
      <FilterSelect
        label="Time"
        name="since"
        any="Any time"
        search={search}
        choices={Object.entries(sinceChoices).map(([choice, { label }]) => [choice, label])}
      />
      {(people.length > 1 || search.person) && (
        <FilterSelect
          label="Person"
          name="person"
          any="Anybody"
          search={search}
          choices={people.map(({ id, name }) => [id, name])}
        />
      )}
      {(tags.length > 0 || search.tag) && (
        <FilterSelect
          label="Tag"
          name="tag"
          any="Any tag"
          search={search}
          choices={tags.map((tag) => [tag, tag])}
        />
      )}
    </search>
  );
}

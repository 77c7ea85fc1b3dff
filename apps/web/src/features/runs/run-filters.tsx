import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { Input, Select } from "../../components/ui/input.js";
import { trpc } from "../../lib/trpc.js";
import { isStatusChoice, type RunSearch, statusChoices } from "./run-search.js";

const typingMs = 250;

/** Search, workflow and status; the filter is the URL. */
export function RunFilters({ search }: { search: RunSearch }) {
  const navigate = useNavigate();
  const { data: workflows = [] } = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const [text, setText] = useState(search.q ?? "");
  const [shownFor, setShownFor] = useState(search.q);
  if (shownFor !== search.q) {
    setShownFor(search.q);
    if ((search.q ?? "") !== text.trim()) setText(search.q ?? "");
  }

  useEffect(() => {
    const q = text.trim();
    if (q === (search.q ?? "")) return;
    const timer = setTimeout(() => {
      const { q: _, ...rest } = search;
      void navigate({ to: "/", search: q ? { ...rest, q } : rest, replace: true });
    }, typingMs);
    return () => clearTimeout(timer);
  }, [text, search, navigate]);

  return (
    <search className="flex flex-wrap gap-2">
      <div className="relative min-w-48 flex-1 max-sm:min-w-full">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-soft" />
        <Input
          type="search"
          data-search
          aria-label="Search by name, id or input"
          placeholder="Search by name, id or input"
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          className="pl-8"
        />
      </div>
      <Select
        aria-label="Workflow"
        className="w-auto max-sm:flex-1"
        value={search.workflow ?? ""}
        onChange={({ target: { value } }) => {
          const { workflow: _, ...rest } = search;
          void navigate({ to: "/", search: value ? { ...rest, workflow: value } : rest });
        }}
      >
        <option value="">All workflows</option>
        {workflows.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Status"
        className="w-auto max-sm:flex-1"
        value={search.status ?? ""}
        onChange={({ target: { value } }) => {
          const { status: _, ...rest } = search;
          void navigate({ to: "/", search: isStatusChoice(value) ? { ...rest, status: value } : rest });
        }}
      >
        <option value="">Any status</option>
        {Object.entries(statusChoices).map(([choice, { label }]) => (
          <option key={choice} value={choice}>
            {label}
          </option>
        ))}
      </Select>
    </search>
  );
}

import type { QueryColumn } from "@longhaul/workflows/contracts";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import { useEffect, useState } from "react";
import { Input } from "../../../components/ui/input.js";
import { typeNames } from "./cells.js";
import type { View } from "./table.js";

/** The table is asked when one has stopped writing for this long, in ms. */
const pauseMs = 250;

interface ColumnHeaderProps {
  column: QueryColumn;
  index: number;
  view: View;
  onView: (view: View) => void;
}

/** A column's name and type, its sort button and its filter. */
export function ColumnHeader({ column, index, view, onView }: ColumnHeaderProps) {
  const direction =
    view.sort?.column === index ? (view.sort.descending ? "descending" : "ascending") : "none";
  const Icon = { none: ArrowUpDown, ascending: ArrowUp, descending: ArrowDown }[direction];
  const sort = () => {
    // Once up, once down, then as it came.
    const next = { none: false, ascending: true, descending: null }[direction];
    onView({ ...view, sort: next === null ? null : { column: index, descending: next } });
  };
  const numeric = column.type === "integer" || column.type === "number";
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={direction}
      className="grid content-center gap-1 border-r px-1.5 last:border-r-0"
    >
      <button
        type="button"
        onClick={sort}
        title={`${column.name}: ${typeNames[column.type]}. Sort.`}
        className="flex min-w-0 items-center gap-1 rounded-md px-0.5 text-left hover:text-accent"
      >
        <span className="min-w-0 truncate font-medium">{column.name}</span>
        <span className="sr-only">, {typeNames[column.type]}</span>
        <Icon aria-hidden className="ml-auto size-3.5 shrink-0 text-ink-soft" />
      </button>
      <FilterInput
        label={`Filter ${column.name}`}
        hint={numeric ? ">5 or 1..9" : typeNames[column.type]}
        onFilter={(text) => onView({ ...view, filters: { ...view.filters, [index]: text } })}
      />
    </div>
  );
}

interface FilterInputProps {
  label: string;
  hint: string;
  onFilter: (text: string) => void;
}

function FilterInput({ label, hint, onFilter }: FilterInputProps) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => onFilter(text), pauseMs);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only writing asks anew, not the view that its answer makes
  }, [text]);
  return (
    <Input
      aria-label={label}
      placeholder={hint}
      value={text ?? ""}
      onChange={(event) => setText(event.target.value)}
      className="h-6 px-1.5 text-sm"
    />
  );
}

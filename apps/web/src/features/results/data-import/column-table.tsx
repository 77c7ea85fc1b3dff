import type { ColumnProfile } from "@longhaul/workflows/contracts";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cn } from "../../../lib/cn.js";
import { Sparkline } from "../plots/sparkline.js";
import { ColumnDetail } from "./column-detail.js";
import { filledShare, formatDistinct, formatPoint, medianOf } from "./values.js";

const heads = ["Column", "Filled", "Distinct", "Least", "Median", "Greatest", "Distribution"];

/** The profile of each column: a table when wide, cards when narrow; a column opens to its plots. */
export function ColumnTable({ columns }: { columns: readonly ColumnProfile[] }) {
  const [open, setOpen] = useState<string | null>(columns[0]?.name ?? null);
  return (
    <table role="table" className="w-full @max-2xl:block">
      <caption className="sr-only">Profile of each column</caption>
      <thead role="rowgroup" className="@max-2xl:sr-only">
        <tr role="row" className="border-b text-left text-sm text-ink-soft">
          {heads.map((head) => (
            <th
              key={head}
              role="columnheader"
              scope="col"
              className="px-2 py-2 font-normal first:pl-4 last:pr-4"
            >
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="@max-2xl:block">
        {columns.map((column) => (
          <ColumnRows
            key={column.name}
            column={column}
            open={open === column.name}
            onToggle={() => setOpen(open === column.name ? null : column.name)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ColumnRowsProps {
  column: ColumnProfile;
  open: boolean;
  onToggle: () => void;
}

function ColumnRows({ column, open, onToggle }: ColumnRowsProps) {
  const detail = useId();
  return (
    <>
      <tr
        role="row"
        className={cn(
          "border-b hover:bg-sunken/60 @max-2xl:grid @max-2xl:grid-cols-3 @max-2xl:gap-2 @max-2xl:px-4 @max-2xl:py-3",
          open && "bg-sunken/60",
        )}
      >
        <th
          role="rowheader"
          scope="row"
          className="text-left font-normal @max-2xl:col-span-3 @2xl:py-1.5 @2xl:pl-2"
        >
          <button
            type="button"
            aria-expanded={open}
            aria-controls={detail}
            onClick={onToggle}
            className="flex min-h-8 max-w-full items-center gap-1.5 rounded-md pr-2 text-left"
          >
            <ChevronRight
              aria-hidden
              className={cn("size-4 shrink-0 text-ink-soft transition-transform", open && "rotate-90")}
            />
            <span className="font-medium wrap-anywhere">{column.name}</span>
            <span className="text-sm text-ink-soft">{column.type}</span>
          </button>
        </th>
        <Cell head="Filled">{filledShare(column)}</Cell>
        <Cell head="Distinct">{formatDistinct(column)}</Cell>
        <Cell head="Least">{formatPoint(column.min)}</Cell>
        <Cell head="Median">{formatPoint(medianOf(column))}</Cell>
        <Cell head="Greatest">{formatPoint(column.max)}</Cell>
        <Cell head="Distribution">
          {column.histogram ? <Sparkline counts={column.histogram.counts} /> : <TopValue column={column} />}
        </Cell>
      </tr>
      {open && (
        <tr role="row" id={detail} className="border-b @max-2xl:block">
          <td role="cell" colSpan={heads.length} className="p-4 @max-2xl:block">
            <ColumnDetail column={column} />
          </td>
        </tr>
      )}
    </>
  );
}

function Cell({ head, children }: { head: string; children: ReactNode }) {
  return (
    <td role="cell" className="min-w-0 tabular-nums @2xl:px-2 @2xl:py-1.5">
      <span aria-hidden className="block text-sm text-ink-soft @2xl:hidden">
        {head}
      </span>
      {children}
    </td>
  );
}

function TopValue({ column }: { column: ColumnProfile }) {
  const first = column.top.values[0];
  if (!first) return <span className="text-ink-soft">-</span>;
  return (
    <span
      className="block max-w-40 truncate text-sm text-ink-soft"
      title={`Most frequent: ${String(first.value)}`}
    >
      most often {String(first.value) || "empty text"}
    </span>
  );
}

import type { QueryColumn } from "@longhaul/workflows/contracts";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useId, useRef, useState, useSyncExternalStore } from "react";
import { cn } from "../../../lib/cn.js";
import { shownCell, widthOf } from "./cells.js";
import { ColumnHeader } from "./column-header.js";
import { observeScaled, offsetFor, scaleOf } from "./scaled-scroll.js";
import type { View } from "./table.js";
import type { RemoteTable } from "./use-table.js";

const rowHeight = 28;
const headHeight = 68;
const viewHeight = 480;
/** In which rows are seen. */
const visible = viewHeight - headHeight;

interface DataGridProps {
  table: RemoteTable;
  columns: readonly QueryColumn[];
  preview: readonly (readonly (string | null)[])[];
  label: string;
}

interface Active {
  row: number;
  column: number;
}

/** A table of any length of which only what is seen is drawn; arrow keys go from cell to cell. */
export function DataGrid({ table, columns, preview, label }: DataGridProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ sort: null, filters: {} });
  const [active, setActive] = useState<Active>({ row: 0, column: 0 });
  const state = useSyncExternalStore(table.subscribe, () => table.state);
  const shown = state.kind === "open" ? state.shown : 0;
  const { height, scale } = scaleOf(shown, rowHeight, visible);
  // eslint-disable-next-line react-hooks/incompatible-library -- it is left out of memoization, as it has to be
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: shown,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    observeElementOffset: observeScaled(scale),
  });
  const widths = columns.map(({ name }, index) => widthOf(name, index, preview));
  const template = widths.map((width) => `minmax(${width}px, ${width}fr)`).join(" ");
  const minWidth = widths.reduce((sum, width) => sum + width, 0);

  const look = (next: View) => {
    setView(next);
    table.look(next);
    scroller.current?.scrollTo({ top: 0 });
    setActive(({ column }) => ({ row: 0, column }));
  };
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const next = moved(active, event, shown, columns.length);
    if (!next) return;
    event.preventDefault();
    setActive(next);
    const scrollTop = scroller.current?.scrollTop ?? 0;
    const top = offsetFor(next.row, { rowHeight, visible, scale, scrollTop });
    if (top !== null) scroller.current?.scrollTo({ top });
    revealColumn(scroller.current, widths, next.column);
  };
  const offset = virtual.scrollOffset ?? 0;
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={shown + 1}
      aria-colcount={columns.length}
      aria-busy={state.kind === "open" && state.busy}
      aria-activedescendant={shown > 0 ? `${id}-${active.row}-${active.column}` : undefined}
      onKeyDown={move}
      className="relative overflow-auto overscroll-contain border-t focus-visible:outline-offset-[-2px]"
      style={{ height: Math.min(viewHeight, headHeight + Math.max(1, shown) * rowHeight + 16) }}
    >
      <div style={{ minWidth, height: height + headHeight }} className="relative">
        <div
          role="row"
          aria-rowindex={1}
          className="sticky top-0 z-10 grid border-b bg-sunken"
          style={{ gridTemplateColumns: template, height: headHeight }}
        >
          {columns.map((column, index) => (
            <ColumnHeader key={index} column={column} index={index} view={view} onView={look} />
          ))}
        </div>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className="absolute inset-x-0 grid border-b hover:bg-sunken"
            style={{
              gridTemplateColumns: template,
              height: rowHeight,
              // Where rows are higher than the element, they are laid where the element has been scrolled to.
              top: headHeight + start - offset + offset / scale,
            }}
          >
            <Row
              id={`${id}-${index}`}
              cells={table.row(index)}
              columns={columns}
              active={active.row === index ? active.column : null}
              onCell={(column) => setActive({ row: index, column })}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  id: string;
  cells: readonly (string | number | null)[] | undefined;
  columns: readonly QueryColumn[];
  active: number | null;
  onCell: (column: number) => void;
}

function Row({ id, cells, columns, active, onCell }: RowProps) {
  return columns.map(({ type }, index) => {
    const cell = cells?.[index];
    const numeric = typeof cell === "number";
    return (
      // The grid itself has the focus and the keys.
      <div
        key={index}
        id={`${id}-${index}`}
        role="gridcell"
        aria-colindex={index + 1}
        aria-selected={active === index}
        title={cell === null || cell === undefined ? undefined : String(cell)}
        onPointerDown={() => onCell(index)}
        className={cn(
          "truncate border-r px-2 leading-[27px] last:border-r-0",
          numeric && "text-right tabular-nums",
          active === index && "bg-accent-soft outline-2 -outline-offset-2 outline-accent",
        )}
      >
        {cells === undefined ? (
          <span className="text-ink-soft">...</span>
        ) : cell === null || cell === undefined ? (
          <span className="text-ink-soft">empty</span>
        ) : (
          shownCell(cell, type)
        )}
      </div>
    );
  });
}

/** Where a key leads; null for a key that leads nowhere. */
function moved({ row, column }: Active, event: KeyboardEvent, rows: number, columns: number): Active | null {
  const page = Math.floor(visible / rowHeight) - 1;
  const far = event.ctrlKey || event.metaKey;
  const steps: Partial<Record<string, [number, number]>> = {
    ArrowDown: [row + 1, column],
    ArrowUp: [row - 1, column],
    ArrowRight: [row, column + 1],
    ArrowLeft: [row, column - 1],
    PageDown: [row + page, column],
    PageUp: [row - page, column],
    Home: [far ? 0 : row, 0],
    End: [far ? rows - 1 : row, columns - 1],
  };
  const step = steps[event.key];
  if (!step || rows === 0) return null;
  const within = (value: number, most: number) => Math.min(Math.max(0, value), most - 1);
  return { row: within(step[0], rows), column: within(step[1], columns) };
}

function revealColumn(element: HTMLDivElement | null, widths: readonly number[], column: number): void {
  if (!element) return;
  const left = widths.slice(0, column).reduce((sum, width) => sum + width, 0);
  const right = left + (widths[column] ?? 0);
  if (left < element.scrollLeft) element.scrollTo({ left });
  else if (right > element.scrollLeft + element.clientWidth)
    element.scrollTo({ left: right - element.clientWidth });
}

import type { QueryColumn } from "@longhaul/workflows/contracts";
import { useEffect, useId, useState, useSyncExternalStore } from "react";
import { Panel } from "../../../components/ui/panel.js";
import { Select } from "../../../components/ui/input.js";
import { formatInteger } from "../../../lib/format.js";
import type { ChartPoint } from "../table/table.js";
import type { RemoteTable } from "../table/use-table.js";
import { Chart } from "./chart.js";
import { type ChartChoice, type ChartKind, defaultChart, kindFor, measuresOf } from "./defaults.js";

const most: Record<ChartKind, number> = { bar: 40, line: 1_000 };

/** A chart of the rows as they are sorted and filtered, with its columns to choose. */
export function ChartPanel({ table, columns }: { table: RemoteTable; columns: readonly QueryColumn[] }) {
  const [chosen, setChosen] = useState<ChartChoice | null>(null);
  const choice = chosen ?? defaultChart(columns);
  const drawn = usePoints(table, choice);
  const across = choice && columns[choice.x];
  const up = choice && columns[choice.y];
  if (!choice || !across || !up) return null;
  return (
    <Panel
      title="Chart"
      actions={
        <div className="flex flex-wrap gap-2 py-1">
          <Choice
            label="Across"
            value={choice.x}
            options={columns.map(({ name }, index) => [index, name])}
            onChoose={(x) => setChosen({ ...choice, x, kind: kindFor(columns[x] ?? across) })}
          />
          <Choice
            label="Up"
            value={choice.y}
            options={measuresOf(columns).map((index) => [index, columns[index]?.name ?? ""])}
            onChoose={(y) => setChosen({ ...choice, y })}
          />
          <Choice
            label="As"
            value={choice.kind}
            options={[
              ["bar", "Bars"],
              ["line", "Line"],
            ]}
            onChoose={(kind) => setChosen({ ...choice, kind })}
          />
        </div>
      }
    >
      {drawn && <Chart kind={choice.kind} points={drawn.points} x={across} y={up} />}
      {drawn && drawn.left > 0 && (
        <p className="mt-1 text-sm text-ink-soft">
          The first {formatInteger(drawn.points.length)} of {formatInteger(drawn.points.length + drawn.left)}{" "}
          values of {across.name}. Sort or filter the table to see others.
        </p>
      )}
    </Panel>
  );
}

/** Lines follow their x; bars follow the table. */
function usePoints(table: RemoteTable, choice: ChartChoice | null) {
  const state = useSyncExternalStore(table.subscribe, () => table.state);
  const [drawn, setDrawn] = useState<{ points: ChartPoint[]; left: number } | null>(null);
  const shown = state.kind === "open" && !state.busy ? table.seen : null;
  const { x, y, kind } = choice ?? {};
  useEffect(() => {
    if (shown === null || x === undefined || y === undefined || kind === undefined) return;
    let late = false;
    void table.points(x, y, most[kind]).then(({ points, left }) => {
      if (late) return;
      setDrawn({ points: kind === "line" ? [...points].sort(byX) : points, left });
    });
    return () => {
      late = true;
    };
  }, [table, shown, x, y, kind]);
  return drawn;
}

function byX({ x: a }: ChartPoint, { x: b }: ChartPoint): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

interface ChoiceProps<T extends string | number> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}

function Choice<T extends string | number>({ label, value, options, onChoose }: ChoiceProps<T>) {
  const id = useId();
  return (
    <span className="flex items-center gap-1.5">
      <label htmlFor={id} className="text-sm text-ink-soft">
        {label}
      </label>
      <Select
        id={id}
        value={value}
        onChange={(event) => {
          const found = options.find(([option]) => String(option) === event.target.value);
          if (found) onChoose(found[0]);
        }}
        className="h-7 w-auto max-w-40 pr-6 text-sm"
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </Select>
    </span>
  );
}

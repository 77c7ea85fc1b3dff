import type { QueryColumn } from "@longhaul/workflows/contracts";
import { formatNumber, formatShort } from "../../../lib/format.js";
import { useWidth } from "../../results/plots/use-width.js";
import { shownCell } from "../table/cells.js";
import type { ChartPoint } from "../table/table.js";
import { axis, type ChartKind } from "./defaults.js";

const height = 280;
const margin = { top: 12, right: 12, bottom: 56, left: 64 };
const wordWidth = 76;

interface ChartProps {
  kind: ChartKind;
  points: readonly ChartPoint[];
  x: QueryColumn;
  y: QueryColumn;
}

/** Bars from zero, or a line; each point says its value on hover. The table has the same in words. */
export function Chart({ kind, points, x, y }: ChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const values = points.map((point) => point.y);
  const ticks = axis(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const inner = {
    width: Math.max(40, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const step = inner.width / Math.max(1, kind === "bar" ? points.length : points.length - 1);
  const across = (index: number) => margin.left + (kind === "bar" ? (index + 0.5) * step : index * step);
  const up = (value: number) => margin.top + inner.height * (1 - (value - low) / (high - low || 1));
  const every = Math.max(1, Math.ceil(wordWidth / step));
  const label = `${kind === "bar" ? "Bars" : "Line"} of ${y.name} by ${x.name}, ${points.length} points. The table below has the values.`;
  return (
    <div ref={ref} className="min-w-0">
      <svg role="img" aria-label={label} width={width} height={height} className="block max-w-full">
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              x1={margin.left}
              x2={margin.left + inner.width}
              y1={up(tick)}
              y2={up(tick)}
              className={tick === 0 ? "stroke-line-strong" : "stroke-line"}
            />
            <text
              x={margin.left - 8}
              y={up(tick) + 4}
              textAnchor="end"
              className="fill-ink-soft text-sm tabular-nums"
            >
              {formatShort(tick)}
            </text>
          </g>
        ))}
        {kind === "bar" ? (
          <Bars points={points} across={across} up={up} step={step} x={x} />
        ) : (
          <Line points={points} across={across} up={up} step={step} x={x} />
        )}
        {points.map((point, index) =>
          index % every === 0 ? (
            <text
              key={index}
              x={across(index)}
              y={margin.top + inner.height + 16}
              textAnchor={kind === "line" && index === 0 ? "start" : "middle"}
              className="fill-ink-soft text-sm"
            >
              {short(shownCell(point.x, x.type) || "empty", Math.max(wordWidth, step * every) / 7)}
            </text>
          ) : null,
        )}
        <text
          x={margin.left + inner.width / 2}
          y={height - 8}
          textAnchor="middle"
          className="fill-ink text-sm"
        >
          {x.name}
        </text>
        <text
          transform={`translate(14 ${margin.top + inner.height / 2}) rotate(-90)`}
          textAnchor="middle"
          className="fill-ink text-sm"
        >
          {y.name}
        </text>
      </svg>
    </div>
  );
}

interface MarksProps {
  points: readonly ChartPoint[];
  across: (index: number) => number;
  up: (value: number) => number;
  step: number;
  x: QueryColumn;
}

const told = (point: ChartPoint, x: QueryColumn) =>
  `${shownCell(point.x, x.type) || "empty"}: ${formatNumber(point.y)}`;

function Bars({ points, across, up, step, x }: MarksProps) {
  const wide = Math.max(1, Math.min(48, step * 0.72));
  return points.map((point, index) => (
    <rect
      key={index}
      x={across(index) - wide / 2}
      width={wide}
      y={Math.min(up(point.y), up(0))}
      height={Math.max(1, Math.abs(up(point.y) - up(0)))}
      className="fill-accent"
    >
      <title>{told(point, x)}</title>
    </rect>
  ));
}

function Line({ points, across, up, x }: MarksProps) {
  const path = points
    .map((point, index) => `${index === 0 ? "M" : "L"}${across(index)} ${up(point.y)}`)
    .join("");
  return (
    <>
      <path d={path} fill="none" strokeWidth={2} strokeLinejoin="round" className="stroke-accent" />
      {points.length <= 200 &&
        points.map((point, index) => (
          <circle
            key={index}
            cx={across(index)}
            cy={up(point.y)}
            r={points.length > 60 ? 2 : 3.5}
            className="fill-accent"
          >
            <title>{told(point, x)}</title>
          </circle>
        ))}
    </>
  );
}

function short(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, Math.max(3, Math.floor(characters) - 1))}…` : text;
}

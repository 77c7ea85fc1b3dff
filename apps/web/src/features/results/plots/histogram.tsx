import { formatInteger, formatShort } from "../../../lib/format.js";
import { ticksTo } from "./ticks.js";
import { useWidth } from "./use-width.js";

interface HistogramProps {
  /** What is measured, with its unit if it has one: the label of the x axis. */
  label: string;
  /** Bar i spans edges[i] to edges[i + 1], written out. */
  edges: readonly string[];
  counts: readonly number[];
  exact: boolean;
}

const height = 190;
const margin = { top: 8, right: 12, bottom: 40, left: 48 };

/** Bars over equal spans, from zero, with both axes labelled, and the same as a table. */
export function Histogram({ label, edges, counts, exact }: HistogramProps) {
  const { ref, width } = useWidth<HTMLDivElement>(480);
  const ticks = ticksTo(Math.max(...counts));
  const top = ticks.at(-1) ?? 1;
  const inner = {
    width: Math.max(40, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const bar = inner.width / counts.length;
  const y = (value: number) => margin.top + inner.height * (1 - value / top);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <figure className="min-w-0">
      <div ref={ref}>
        <svg
          role="img"
          aria-label={`Histogram of ${label}: ${counts.length} spans from ${edges[0]} to ${edges.at(-1)}, ${formatInteger(Math.round(total))} rows.`}
          width={width}
          height={height}
          className="block max-w-full text-sm"
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                x1={margin.left}
                x2={width - margin.right}
                y1={y(tick)}
                y2={y(tick)}
                className="stroke-line"
              />
              <text x={margin.left - 6} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-ink-soft">
                {formatShort(tick)}
              </text>
            </g>
          ))}
          {counts.map((count, index) => (
            <rect
              key={index}
              x={margin.left + index * bar + 0.5}
              width={Math.max(1, bar - 1)}
              y={y(count)}
              height={margin.top + inner.height - y(count)}
              className="fill-accent"
            >
              <title>{`${edges[index]} to ${edges[index + 1]}: ${formatInteger(Math.round(count))} rows`}</title>
            </rect>
          ))}
          <XAxis edges={edges} left={margin.left} width={inner.width} y={margin.top + inner.height} />
          <text
            x={margin.left + inner.width / 2}
            y={height - 4}
            textAnchor="middle"
            className="fill-ink-soft"
          >
            {label}
          </text>
          <text
            transform={`translate(11 ${margin.top + inner.height / 2}) rotate(-90)`}
            textAnchor="middle"
            className="fill-ink-soft"
          >
            Rows
          </text>
        </svg>
      </div>
      <BinTable label={label} edges={edges} counts={counts} exact={exact} />
    </figure>
  );
}

function XAxis({
  edges,
  left,
  width,
  y,
}: {
  edges: readonly string[];
  left: number;
  width: number;
  y: number;
}) {
  const last = edges.length - 1;
  const marks = [...new Set([0, Math.round(last / 2), last])];
  const anchors = ["start", "middle", "end"] as const;
  return (
    <g>
      <line x1={left} x2={left + width} y1={y} y2={y} className="stroke-line-strong" />
      {marks.map((mark, index) => (
        <text
          key={mark}
          x={left + (width * mark) / last}
          y={y + 16}
          textAnchor={anchors[index] ?? "middle"}
          className="fill-ink-soft"
        >
          {edges[mark]}
        </text>
      ))}
    </g>
  );
}

function BinTable({ label, edges, counts, exact }: HistogramProps) {
  return (
    <figcaption>
      <details>
        <summary className="w-fit text-sm text-ink-soft">
          As a table{!exact && " (approximate counts)"}
        </summary>
        <table className="mt-1 text-sm tabular-nums">
          <caption className="sr-only">Rows by {label}</caption>
          <thead>
            <tr className="text-left text-ink-soft">
              <th className="pr-4 font-normal">From</th>
              <th className="pr-4 font-normal">To</th>
              <th className="text-right font-normal">Rows</th>
            </tr>
          </thead>
          <tbody>
            {counts.map((count, index) => (
              <tr key={index}>
                <td className="pr-4">{edges[index]}</td>
                <td className="pr-4">{edges[index + 1]}</td>
                <td className="text-right">{formatInteger(Math.round(count))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figcaption>
  );
}

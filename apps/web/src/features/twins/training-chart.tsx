import { useWidth } from "../results/plots/use-width.js";
import { ticksTo } from "../results/plots/ticks.js";
import type { TwinVersion } from "./twin-state.js";

type Epoch = TwinVersion["epochs"][number];

interface Line {
  label: string;
  of: (epoch: Epoch) => number;
  stroke: string;
  dash?: string;
}

const perplexity: readonly Line[] = [
  { label: "On held-out sentences", of: (epoch) => epoch.validationPerplexity, stroke: "stroke-accent" },
  {
    label: "On what it learns from",
    of: (epoch) => epoch.trainPerplexity,
    stroke: "stroke-ink-soft",
    dash: "4 3",
  },
];
const retrieval: readonly Line[] = [
  { label: "Mean reciprocal rank", of: (epoch) => epoch.validationMrr, stroke: "stroke-accent" },
];

/** What each epoch came to, as two plots and as a table; grows while the training goes on. */
export function TrainingChart({ epochs }: { epochs: readonly Epoch[] }) {
  return (
    <div className="grid gap-6">
      <div className="grid gap-6 @2xl:grid-cols-2">
        <LinePlot
          title="Surprise a word (perplexity)"
          hint="Lower is better."
          epochs={epochs}
          lines={perplexity}
        />
        <LinePlot
          title="Passages found again"
          hint="1 finds each at once."
          epochs={epochs}
          lines={retrieval}
          top={1}
        />
      </div>
      <EpochTable epochs={epochs} />
    </div>
  );
}

interface LinePlotProps {
  title: string;
  hint: string;
  epochs: readonly Epoch[];
  lines: readonly Line[];
  /** The top of the scale, where it is fixed. */
  top?: number;
}

const height = 180;
const margin = { top: 8, right: 12, bottom: 36, left: 44 };

function LinePlot({ title, hint, epochs, lines, top }: LinePlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>(420);
  const most = Math.max(1, ...epochs.flatMap((epoch) => lines.map(({ of }) => of(epoch))));
  const ticks = top === 1 ? [0, 0.5, 1] : ticksTo(most);
  const scale = ticks.at(-1) ?? 1;
  const last = Math.max(2, epochs.at(-1)?.epoch ?? 2);
  const inner = {
    width: Math.max(40, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const x = (epoch: number) => margin.left + ((epoch - 1) / (last - 1)) * inner.width;
  const y = (value: number) => margin.top + inner.height * (1 - value / scale);
  const newest = epochs.at(-1);
  const said = newest
    ? `after epoch ${newest.epoch}: ${lines.map(({ of }) => of(newest).toFixed(2)).join(" and ")}`
    : "no epoch yet";
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1">
        <span className="font-medium">{title}</span> <span className="text-sm text-ink-soft">{hint}</span>
      </figcaption>
      <div ref={ref}>
        <svg
          role="img"
          aria-label={`${title}, ${said}.`}
          data-epochs={epochs.length}
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
                {tick}
              </text>
            </g>
          ))}
          {lines.map(({ label, of, stroke, dash }) => (
            <g key={label}>
              <polyline
                points={epochs.map((epoch) => `${x(epoch.epoch)},${y(of(epoch))}`).join(" ")}
                className={`fill-none stroke-2 ${stroke}`}
                strokeDasharray={dash}
              />
              {newest && (
                <circle
                  cx={x(newest.epoch)}
                  cy={y(of(newest))}
                  r={3}
                  className={`fill-surface stroke-2 ${stroke}`}
                />
              )}
            </g>
          ))}
          <text x={margin.left} y={height - 20} className="fill-ink-soft">
            1
          </text>
          <text x={width - margin.right} y={height - 20} textAnchor="end" className="fill-ink-soft">
            {last}
          </text>
          <text
            x={margin.left + inner.width / 2}
            y={height - 4}
            textAnchor="middle"
            className="fill-ink-soft"
          >
            Epoch
          </text>
        </svg>
      </div>
      {lines.length > 1 && <Legend lines={lines} />}
    </figure>
  );
}

function Legend({ lines }: { lines: readonly Line[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm text-ink-soft">
      {lines.map(({ label, stroke, dash }) => (
        <li key={label} className="flex items-center gap-1.5">
          <svg aria-hidden width="20" height="6">
            <line x1="0" x2="20" y1="3" y2="3" className={`stroke-2 ${stroke}`} strokeDasharray={dash} />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

function EpochTable({ epochs }: { epochs: readonly Epoch[] }) {
  if (epochs.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer text-sm text-ink-soft">The same as a table</summary>
      <div className="mt-2 overflow-x-auto" tabIndex={0} role="region" aria-label="Measures by epoch">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr className="text-left text-ink-soft">
              <th className="pr-4 font-normal">Epoch</th>
              <th className="pr-4 font-normal">Perplexity, held out</th>
              <th className="pr-4 font-normal">Perplexity, learned from</th>
              <th className="font-normal">Reciprocal rank</th>
            </tr>
          </thead>
          <tbody>
            {epochs.map(({ epoch, validationPerplexity, trainPerplexity, validationMrr }) => (
              <tr key={epoch}>
                <td>{epoch}</td>
                <td>{validationPerplexity.toFixed(1)}</td>
                <td>{trainPerplexity.toFixed(1)}</td>
                <td>{validationMrr.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

import { Panel } from "../../components/ui/panel.js";
import type { TalkSoFar } from "./talk.js";

const width = 600;
const height = 120;

/** How the shared quantities went, turn by turn; the words beside each line say the same. */
export function StatePlot({ talk }: { talk: TalkSoFar }) {
  const { quantities, turns } = talk;
  return (
    <Panel title="Shared state">
      <div className="grid gap-4">
        {quantities.map(({ name, start, min, max }, at) => {
          const values = [start, ...turns.flatMap((turn) => turn.values?.[at] ?? [])];
          const x = (index: number) => (width * index) / Math.max(1, (talk.planned ?? values.length) || 1);
          const y = (value: number) => height - (height * (value - min)) / (max - min);
          const points = values
            .map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`)
            .join(" ");
          const sentence = `${name}: ${start} at the start, ${values.at(-1)} after ${values.length - 1} turns; at most ${max}, at least ${min}.`;
          return (
            <figure key={name} className="grid gap-1">
              <svg
                viewBox={`0 -4 ${width} ${height + 8}`}
                role="img"
                aria-label={sentence}
                className="h-32 w-full"
                preserveAspectRatio="none"
              >
                <line
                  x1="0"
                  x2={width}
                  y1={height}
                  y2={height}
                  stroke="var(--line-strong)"
                  vectorEffect="non-scaling-stroke"
                />
                <polyline
                  points={points}
                  fill="none"
                  stroke="var(--accent)"
                  strokeWidth="2"
                  vectorEffect="non-scaling-stroke"
                />
              </svg>
              <figcaption className="text-sm text-ink-soft tabular-nums">{sentence}</figcaption>
            </figure>
          );
        })}
      </div>
    </Panel>
  );
}

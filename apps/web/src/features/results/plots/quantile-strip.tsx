import { useWidth } from "./use-width.js";

export interface QuantilePoint {
  /** 0..1 */
  at: number;
  value: number;
  text: string;
}

interface QuantileStripProps {
  label: string;
  min: number;
  max: number;
  points: readonly QuantilePoint[];
}

/** Where the middle half and the middle nine tenths of the values lie between the least and the greatest. */
export function QuantileStrip({ label, min, max, points }: QuantileStripProps) {
  const { ref, width } = useWidth<HTMLDivElement>(480);
  const span = max - min || 1;
  const x = (value: number) => 2 + ((width - 4) * (value - min)) / span;
  const value = (at: number) => points.find((point) => point.at === at)?.value;
  const [low, left, middle, right, high] = [value(0.05), value(0.25), value(0.5), value(0.75), value(0.95)];
  const text = points.map((point) => `${Math.round(point.at * 100)}% at most ${point.text}`).join(", ");
  return (
    <div ref={ref}>
      <svg
        role="img"
        aria-label={`Quantiles of ${label}: ${text}.`}
        width={width}
        height={28}
        className="block max-w-full"
      >
        <line x1={2} x2={width - 2} y1={14} y2={14} className="stroke-line-strong" />
        {low !== undefined && high !== undefined && (
          <line x1={x(low)} x2={x(high)} y1={14} y2={14} strokeWidth={4} className="stroke-line-strong" />
        )}
        {left !== undefined && right !== undefined && (
          <rect
            x={x(left)}
            width={Math.max(2, x(right) - x(left))}
            y={4}
            height={20}
            rx={3}
            className="fill-accent-soft stroke-accent"
          />
        )}
        {middle !== undefined && (
          <line x1={x(middle)} x2={x(middle)} y1={3} y2={25} strokeWidth={3} className="stroke-accent" />
        )}
      </svg>
    </div>
  );
}

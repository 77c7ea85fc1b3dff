import { cn } from "../../lib/cn.js";
import { formatProgress } from "../../lib/format.js";

interface ProgressBarProps {
  /** 0..1 */
  value: number;
  label: string;
  tone?: "accent" | "good" | "bad" | "idle";
  className?: string;
}

const tones = { accent: "bg-accent", good: "bg-good", bad: "bg-bad", idle: "bg-line-strong" };

export function ProgressBar({ value, label, tone = "accent", className }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(value * 100)}
      aria-valuetext={formatProgress(value)}
      className={cn("forced-color-adjust-none h-1.5 overflow-hidden rounded-full bg-idle-soft", className)}
    >
      <div
        className={cn("h-full origin-left rounded-full transition-transform duration-200", tones[tone])}
        style={{ transform: `scaleX(${value})` }}
      />
    </div>
  );
}

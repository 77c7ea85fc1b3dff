import type { ReactNode } from "react";
import { cn } from "../../lib/cn.js";

export type Fact = readonly [label: string, value: ReactNode];

/** Longer ones would be columns of a few words. */
const mostInColumn = 80;

const isLong = (value: ReactNode): boolean => typeof value === "string" && value.length > mostInColumn;

/** Labelled values side by side, wrapping; a value of null is left out. */
export function Facts({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  const shown = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <dl
      className={cn(
        "grid grid-cols-[repeat(auto-fill,minmax(min(9rem,100%),1fr))] gap-x-4 gap-y-3",
        className,
      )}
    >
      {shown.map(([label, value]) => (
        <div key={label} className={cn("min-w-0", isLong(value) && "col-span-full max-w-prose")}>
          <dt className="text-sm text-ink-soft">{label}</dt>
          <dd className="font-medium break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

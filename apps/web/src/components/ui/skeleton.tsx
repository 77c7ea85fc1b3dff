import { cn } from "../../lib/cn.js";

/** A grey block where something will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-sunken", className)} />;
}

/** Some lines of a list or panel that is being read; readers are told once. */
export function SkeletonLines({ count = 3, label }: { count?: number; label: string }) {
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">{label}</span>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className="h-10" />
      ))}
    </div>
  );
}

import { type ReactNode, useId } from "react";
import { cn } from "../../lib/cn.js";
import { ErrorBoundary } from "./error-boundary.js";

interface PanelProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Content reaches the border, as tables do. */
  flush?: boolean;
}

/** A bordered part of a page with a heading; what breaks in it stays in it. */
export function Panel({ title, actions, children, className, flush = false }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cn("min-w-0 rounded-lg border bg-surface", className)}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-2 border-b px-4 py-1">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {actions}
      </header>
      <div className={flush ? "" : "p-4"}>
        <ErrorBoundary what={title}>{children}</ErrorBoundary>
      </div>
    </section>
  );
}

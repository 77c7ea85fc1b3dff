import type { ReactNode } from "react";

interface EmptyStateProps {
  /** Where it is all that the page has to say, its title is the page's heading. */
  page?: boolean;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says what this place is for, and offers the first step. */
export function EmptyState({ page = false, title, children, action }: EmptyStateProps) {
  const Title = page ? "h1" : "p";
  return (
    <div className="grid justify-items-center gap-2 rounded-lg border border-dashed border-line-strong/60 px-4 py-10 text-center">
      <Title className="text-lg font-medium">{title}</Title>
      {children && <div className="max-w-md text-balance text-ink-soft">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

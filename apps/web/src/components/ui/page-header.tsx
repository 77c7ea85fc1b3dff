import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
  title: string;
  aside?: ReactNode;
  actions?: ReactNode;
}

/** Heading and actions of a page; the heading is also the browser tab's title. */
export function PageHeader({ title, aside, actions }: PageHeaderProps) {
  useTitle(title);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <h1 className="min-w-0 text-xl font-semibold break-words">{title}</h1>
      {aside}
      {actions && <div className="ml-auto flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} - Longhaul`;
  }, [title]);
}

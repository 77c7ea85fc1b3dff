import type { ReactNode } from "react";
import { Mark } from "../../app/mark.js";
import { useTitle } from "../../components/ui/page-header.js";

interface AuthCardProps {
  title: string;
  lead: string;
  children: ReactNode;
  footer: ReactNode;
}

/** The frame of the pages that need no session. */
export function AuthCard({ title, lead, children, footer }: AuthCardProps) {
  useTitle(title);
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 px-4 py-8">
      <div className="grid gap-2">
        <p className="flex items-center gap-2 font-semibold">
          <Mark className="size-7" />
          Longhaul
        </p>
        <h1 className="mt-4 text-xl font-semibold">{title}</h1>
        <p className="text-ink-soft">{lead}</p>
      </div>
      {children}
      <p className="border-t pt-4 text-ink-soft">{footer}</p>
    </main>
  );
}

import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../lib/cn.js";

const looks = {
  bad: { Icon: CircleAlert, style: "border-bad/40 bg-bad-soft", icon: "text-bad" },
  warn: { Icon: TriangleAlert, style: "border-warn/40 bg-warn-soft", icon: "text-warn" },
  info: { Icon: Info, style: "border-line bg-sunken", icon: "text-ink-soft" },
};

interface NoticeProps {
  look: keyof typeof looks;
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
  role?: "alert" | "status";
}

export function Notice({ look, title, children, actions, className, role }: NoticeProps) {
  const { Icon, style, icon } = looks[look];
  return (
    <div role={role} className={cn("flex gap-2.5 rounded-lg border px-3 py-2.5", style, className)}>
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", icon)} />
      <div className="grid min-w-0 flex-1 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="min-w-0 break-words">{children}</div>}
        {actions && <div className="mt-1 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}

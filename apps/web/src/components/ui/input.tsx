import type { ComponentProps } from "react";
import { cn } from "../../lib/cn.js";

const box =
  "w-full rounded-md border border-line-strong bg-surface px-2.5 text-base text-ink placeholder:text-ink-soft aria-invalid:border-bad disabled:opacity-60";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(box, "h-8", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(box, "min-h-20 py-1.5", className)} {...props} />;
}

/** The browser's own select: it works with every keyboard, reader and telephone. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return <select className={cn(box, "h-8 pr-8", className)} {...props} />;
}

export function Checkbox({ className, ...props }: ComponentProps<"input">) {
  return <input type="checkbox" className={cn("size-4 shrink-0", className)} {...props} />;
}

import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../../lib/cn.js";

const styles = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border text-base font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
        plain: "border-line-strong/50 bg-surface text-ink hover:bg-sunken",
        quiet: "border-transparent text-ink-soft hover:bg-sunken hover:text-ink",
        danger: "border-bad/50 bg-surface text-bad hover:bg-bad-soft",
      },
      size: { normal: "h-8 px-3", small: "h-6 px-2 text-sm", icon: "size-8", smallIcon: "size-6" },
    },
    defaultVariants: { look: "plain", size: "normal" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof styles> & { asChild?: boolean };

export function Button({ look, size, asChild, className, type, ...props }: ButtonProps) {
  const Element = asChild ? Slot.Root : "button";
  return (
    <Element
      data-look={look}
      className={cn(styles({ look, size }), className)}
      {...(asChild ? {} : { type: type ?? "button" })}
      {...props}
    />
  );
}

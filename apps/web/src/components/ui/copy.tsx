import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "../../lib/cn.js";
import { shortId } from "../../lib/format.js";

interface CopyProps {
  /** What lands in the clipboard. */
  text: string;
  /** What is copied, for readers: "run id". */
  what: string;
  children?: React.ReactNode;
  className?: string;
}

/** A text that is longer is not read out, and hangs over nothing, where only its button is pointed at. */
const mostShown = 100;

/** Copies with one click and says so, or that it could not: browsers forbid it to pages that do not come by TLS. */
export function CopyButton({ text, what, children, className }: CopyProps) {
  const [said, setSaid] = useState<"" | "Copied" | "Copying is not allowed here">("");
  useEffect(() => {
    // What could not be done stays, for whoever looks up late.
    if (said !== "Copied") return;
    const timer = setTimeout(() => setSaid(""), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const Icon = said === "Copied" ? Check : Copy;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Copying is not allowed here");
    }
  };
  return (
    <button
      type="button"
      title={text.length <= mostShown ? `Copy ${what}: ${text}` : `Copy ${what}`}
      onClick={() => void copy()}
      className={cn(
        "inline-flex min-h-6 items-center gap-1 rounded-md px-1 text-ink-soft hover:bg-sunken hover:text-ink",
        className,
      )}
    >
      {children}
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">Copy {what}</span>
      <span role="status" className={said === "Copied" ? "sr-only" : "text-sm"}>
        {said}
      </span>
    </button>
  );
}

/** An id, short; the whole of it is copied. */
export function ShortId({ id, what }: { id: string; what: string }) {
  return (
    <CopyButton text={id} what={what}>
      <code className="font-mono text-sm">{shortId(id)}</code>
    </CopyButton>
  );
}

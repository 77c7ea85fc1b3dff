import { CopyButton } from "./copy.js";

/** Data as it is, for the engineer: formatted, scrolling in itself, copied with one click. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  return (
    <div className="relative min-w-0 rounded-md border bg-sunken">
      <CopyButton text={text} what={label} className="absolute top-1 right-1 bg-sunken" />
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-96 overflow-auto p-3 pr-10 font-mono text-sm whitespace-pre-wrap break-words"
      >
        {text}
      </pre>
    </div>
  );
}

import { CopyButton } from "./copy.js";

/** Text as it is, for the engineer: scrolling in itself, copied with one click. */
export function TextView({ text, label }: { text: string; label: string }) {
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

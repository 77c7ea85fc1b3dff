import { TextView } from "./text-view.js";

/** Data as it is, for the engineer: formatted, scrolling in itself, copied with one click. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return <TextView text={JSON.stringify(value, null, 2) ?? "undefined"} label={label} />;
}

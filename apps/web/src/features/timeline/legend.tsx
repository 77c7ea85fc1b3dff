import { cn } from "../../lib/cn.js";
import { looks } from "./looks.js";

export function Legend() {
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-soft">
      {Object.values(looks).map(({ word, style }) => (
        <li key={word} className="flex items-center gap-1.5">
          <span aria-hidden className={cn("forced-color-adjust-none h-3 w-6 rounded-sm", style)} />
          {word}
        </li>
      ))}
    </ul>
  );
}

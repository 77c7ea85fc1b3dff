import { createContext, use } from "react";
import type { Longhaul } from "../longhaul.js";

/** The client whose runs the hooks below it follow: `<LonghaulContext value={longhaul}>`. */
export const LonghaulContext = createContext<Longhaul | null>(null);

export function useLonghaul(): Longhaul {
  const longhaul = use(LonghaulContext);
  if (!longhaul) throw new Error("This part of the page needs a LonghaulContext around it.");
  return longhaul;
}

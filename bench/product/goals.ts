import type { SubjectName } from "../engine/subjects.js";

/** What the product is held to on a quiet machine with 2 cores and an fdatasync of 0.26 ms. */
export const goals = {
  rate: { longhaul: 500, "longhaul-single": 300 } as Partial<Record<SubjectName, number>>,
  aloneP50: 20,
};

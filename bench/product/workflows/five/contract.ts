import { defineContract } from "@longhaul/kit";
import { z } from "zod";

export const number = z.object({ n: z.int() });

export const five = defineContract({
  name: "five",
  title: "Add five",
  description: "Adds one in each of five steps, which is as little as a step can do.",
  input: number,
  output: number,
  stages: { add: { label: "Adding", weight: 1 } },
  runName: ({ n }) => `Five more than ${n}`,
});

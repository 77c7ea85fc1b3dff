import { fileField } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { formatExact } from "../../lib/format.js";
import { fieldsOf } from "../start/schema.js";
import { inputFacts } from "./input-facts.js";

const stop = z.strictObject({
  town: z.string(),
  by: z.enum(["train", "boat"]).optional(),
  booked: z.boolean(),
});
const fields = fieldsOf(
  z.toJSONSchema(
    z.strictObject({
      title: z.string(),
      paper: fileField({ maxBytes: 10 }).optional(),
      share: z.number().min(0).max(1).optional(),
      mood: z.enum(["calm", "bold"]).optional(),
      leave: z.iso.datetime().optional(),
      words: z.array(z.string()).optional(),
      papers: z.array(fileField({ maxBytes: 10 })).optional(),
      stops: z.array(stop).optional(),
      more: z.strictObject({ nights: z.number().optional(), late: z.boolean().optional() }).optional(),
      odd: z.record(z.string(), z.string()).optional(),
    }),
    { io: "input" },
  ),
);

describe("an input as it is read", () => {
  it("stands in the order and the words of its form", () => {
    const leave = "2026-11-23T10:20:00.000Z";
    const input = {
      more: { late: false, nights: 2 },
      words: ["red", "green"],
      leave,
      mood: "calm",
      share: 0.07,
      title: "South",
    };
    expect(inputFacts(fields, input)).toEqual([
      ["Title", "South"],
      ["Share", "7%"],
      ["Mood", "Calm"],
      ["Leave", formatExact(Date.parse(leave))],
      ["Words", "red, green"],
      ["More: Nights", "2"],
      ["More: Late", "No"],
    ]);
  });

  it("has a line for each object of a list, as long as those are few", () => {
    const stops = [
      { booked: true, town: "Bern", by: "train" },
      { town: "Ulm", booked: false },
    ];
    expect(inputFacts(fields, { stops })).toEqual([
      ["Stops 1", "Bern, Train, Yes"],
      ["Stops 2", "Ulm, No"],
    ]);
    expect(inputFacts(fields, { stops: Array(11).fill(stops[0]) })).toEqual([["Stops", "11 entries"]]);
  });

  it("leaves out files and what is nothing, and keeps what its form does not know", () => {
    const input = {
      paper: "id",
      papers: ["id"],
      words: [],
      stops: [],
      odd: { a: "b" },
      title: null,
      seed: 7,
      rest: {},
    };
    expect(inputFacts(fields, input)).toEqual([["Seed", "7"]]);
  });
});

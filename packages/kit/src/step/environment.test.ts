import { expect, it } from "vitest";
import { z } from "zod";
import { stepEnvironment } from "./environment.js";

const schema = z.object({ BUCKET: z.string().min(1), PLACE: z.string("PLACE must name a place.") });

it("reads a step's environment", () => {
  expect(stepEnvironment(schema, { BUCKET: "b", PLACE: "p", OTHER: "o" })).toEqual({
    BUCKET: "b",
    PLACE: "p",
  });
});

it("says what is missing, not what is there, as an error that no further try mends", () => {
  const reading = () => stepEnvironment(schema, { BUCKET: "", SECRET: "s3cret" });
  expect(reading).toThrow(
    expect.objectContaining({
      name: "FatalError",
      code: "ENVIRONMENT_INCOMPLETE",
      attemptHelps: true,
      message: expect.stringMatching(
        /^The environment of this step is not complete: BUCKET Too small: .*; PLACE must name a place\.$/,
      ),
    }),
  );
  expect(reading).not.toThrow("s3cret");
});

import { expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { atMostBytes } from "./bounded.js";

it("takes values up to so many bytes of JSON, and keeps the schema's type", () => {
  const list = atMostBytes(z.array(z.string()), 10);
  expectTypeOf<z.output<typeof list>>().toEqualTypeOf<string[]>();
  expect(list.safeParse(["abcdef"]).success).toBe(true);
  expect(list.safeParse(["abcdefg"]).error?.issues[0]?.message).toBe("May have at most 10 bytes as JSON.");
  expect(list.safeParse(["äää"]).success).toBe(true);
  expect(list.safeParse(["ääää"]).success).toBe(false);
  expect(list.meta()).toMatchObject({ maxBytes: 10 });
});

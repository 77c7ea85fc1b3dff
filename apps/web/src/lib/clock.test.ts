import { expect, test } from "vitest";
import { clockError } from "./clock.js";

const date = "Sun, 22 Nov 2026 10:00:00 GMT";
const server = Date.parse(date);

test("a clock that is a day ahead or behind is known by the server's, and one that is about right is left as it is", () => {
  const day = 86_400_000;
  expect(clockError(date, server + day)).toBe(day);
  expect(clockError(date, server - day)).toBe(-day);
  // An answer that took half a minute, and a clock that is a little off.
  for (const about of [0, 30_000, -59_000]) expect(clockError(date, server + about)).toBe(0);
});

test("without a time of the server this computer's is as good as any", () => {
  expect(clockError(null, server)).toBe(0);
  expect(clockError("yesterday", server)).toBe(0);
});

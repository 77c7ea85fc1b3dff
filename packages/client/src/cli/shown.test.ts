import { expect, test } from "vitest";
import { shown } from "./shown.js";

test.each([
  ["a title and a cleared screen", "March\u001b]0;x\u0007\u001b[2J", "March\\u001b]0;x\\u0007\\u001b[2J"],
  ["the one-byte form of the same", "March\u009b2J", "March\\u009b2J"],
  [
    "a second line, which would pass for another run",
    "March\r\n1 succeeded",
    "March\\u000d\\u000a1 succeeded",
  ],
  ["a text that turns round", "\u202egpj.exe\u2069", "\\u202egpj.exe\\u2069"],
  ["letters of all kinds", "März, ابريل \u200e, 三月 👩‍🚀", "März, ابريل \u200e, 三月 👩‍🚀"],
])("%s", (_, text, wanted) => expect(shown(text)).toBe(wanted));

test("JSON says the same as before", () => {
  const value = { name: "a\u001b[2J\u009b2J\u202e\u2028\n\\u001b" };
  expect(JSON.parse(shown(JSON.stringify(value)))).toEqual(value);
});

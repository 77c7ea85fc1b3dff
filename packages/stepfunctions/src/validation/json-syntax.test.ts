import { expect, test } from "vitest";
import { validateDefinition } from "./validate.js";

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

test.each<[string, string, number]>([
  ["not a definition", `Unrecognized token 'not': was expecting ${VALUES}`, 4],
  ["{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 3],
  [
    '{"a" 1}',
    "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
    7,
  ],
  ['{"a":1 "b"}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 9],
  ["[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 5],
  ["[1,]", `Unexpected character (']' (code 93)): expected a valid value ${VALUES}`, 5],
  ['{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 9],
  ['{"a":', "Unexpected end-of-input within/between Object entries", 6],
  ['{"a":"b', "Unexpected end-of-input: was expecting closing quote for a string value", 8],
  ['{"a', "Unexpected end-of-input in field name", 4],
  ['{"a":01}', "Invalid numeric value: Leading zeroes not allowed", 7],
  ['{"a":-}', "Unexpected character ('}' (code 125)) in numeric value: No digit following minus sign", 8],
  ['{"a":"\\q"}', "Unrecognized character escape 'q' (code 113)", 9],
  ["“x”", `Unexpected character ('“' (code 8220 / 0x201c)): expected a valid value ${VALUES}`, 2],
])("%s", (text, message, column) => {
  const location = `[Source: (String)"${text}"; line: 1, column: ${column}]`;
  expect(validateDefinition(text).diagnostics).toEqual([
    { severity: "ERROR", code: "INVALID_JSON_DESCRIPTION", message: `${message}\n at ${location}`, location },
  ]);
});

test("a mark that is not closed is shown where it stands", () => {
  const [found] = validateDefinition('{\n "a": [1}').diagnostics;
  const source = '[Source: (String)"{\n "a": [1}"; line: 2';
  expect(found?.message).toBe(
    `Unexpected close marker '}': expected ']' (for Array starting at ${source}, column: 7])\n at ${source}, column: 10]`,
  );
});

test("of a long text the beginning is shown", () => {
  const [found] = validateDefinition(`{"a":"${"x".repeat(600)}"`).diagnostics;
  expect(found?.location).toBe(
    `[Source: (String)"{"a":"${"x".repeat(494)}"[truncated 107 chars]; line: 1, column: 608]`,
  );
});

test.each([
  ["[".repeat(1_000_000), "TOO_DEEPLY_NESTED"],
  [`${"[".repeat(5_000)}${"]".repeat(5_000)}`, "TOO_DEEPLY_NESTED"],
])("text that nests too deeply is refused", (text, code) => {
  expect(validateDefinition(text).diagnostics[0]?.code).toBe(code);
});

import { expect, test } from "vitest";
import { parseJson } from "./json.js";

test.each(["1e999", '{"a":[1,-2E+400]}', `[${"9".repeat(400)}]`, `${"[".repeat(3)}1e309${"]".repeat(3)}`])(
  "a number that no JSON writes again is refused: %s",
  (text) => {
    expect(() => parseJson(text)).toThrow("is out of range");
  },
);

test.each(["1e308", '"1e999"', `"${"9".repeat(400)}"`, "1e-999", '{"e":"1e999","n":100}'])(
  "what only looks like such a number is not: %s",
  (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  },
);

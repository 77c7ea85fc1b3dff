import { expect, it } from "vitest";
import { sqlTokens } from "./sql-tokens.js";

const texts = (sql: string) => sqlTokens(sql).map(({ text }) => text);
const written = (sql: string) =>
  sqlTokens(sql)
    .map(({ space, text }) => space + text)
    .join("");

it("tells words from texts, and passes over comments", () => {
  const sql = `select 'it''s -- no', "a""b" /* c */ from t -- end\nwhere x >= 1.5e3`;
  const tokens = ["select", "'it''s -- no'", ",", '"a""b"', "from", "t", "where", "x", ">=", "1.5e3"];
  expect(texts(sql)).toEqual(tokens);
  expect(written(sql)).toBe(sql);
});

// Each further space once took more than half as long again: forty were hours.
it.each([
  ["white space", " ".repeat(100_000)],
  ["a comment", `-- ${" ".repeat(100_000)}`],
  ["comments", "/* */ ".repeat(20_000)],
  ["what begins as a comment", "/*".repeat(20_000)],
])("comes to the end of a query that ends in much of %s", (_, end) => {
  const sql = `select 1${end}`;
  expect(texts(sql).slice(0, 2)).toEqual(["select", "1"]);
  expect(written(sql).trimEnd()).toBe(sql.trimEnd());
});

import { expect, test } from "vitest";
import { parseQuerySearch } from "./query-search.js";

test("what queries and templates are narrowed to is read from the address, and what is not understood is left out", () => {
  const search = { q: "reach", template: "path", category: "overlap" };
  expect(parseQuerySearch({ ...search, page: 2 })).toEqual(search);
  expect(parseQuerySearch({ q: 2026, template: 7 })).toEqual({ q: "2026", template: "7" });
  for (const nothing of [{}, { q: " " }, { template: ["a"] }, { category: "all" }, { category: "toString" }])
    expect(parseQuerySearch(nothing)).toEqual({});
});

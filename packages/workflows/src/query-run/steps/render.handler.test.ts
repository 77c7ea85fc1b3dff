import { expect, it } from "vitest";
import { memoryContext } from "../../testing.js";
import { maxLineLength } from "../result.js";
import { renderQuery } from "./render.handler.js";

const instance = {
  ...{ name: "Main", connectionId: "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21" },
  ...{ amcInstanceId: "amc1", accountId: "a", marketplaceId: "m" },
};

/** Renders a query with a list of texts, each a thousand letters long. */
function rendered(texts: number) {
  const { ctx } = memoryContext({ records: { call: async () => instance } });
  const list = Array.from({ length: texts }, (_, i) => String(i).padEnd(1_000, "x"));
  const query = {
    instanceId: "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22",
    sql: "SELECT a FROM t -- all of it\nWHERE a IN ({{list}})",
    parameterSchema: [{ name: "list", type: "string_list" }],
    parameters: { list },
  };
  return renderQuery(query, ctx);
}

it("says so when a query is too long with its values", async () => {
  const { sql } = await rendered(99);
  expect(sql.length).toBeLessThan(maxLineLength);
  await expect(rendered(100)).rejects.toMatchObject({
    ...{ name: "FatalError", code: "QUERY_NOT_BOUND" },
    message: "The query cannot be run: with its values it has more than 100,000 characters.",
  });
});

import { expect, test } from "vitest";
import { parseDeliverySearch } from "./delivery-search.js";

test("the filter of deliveries is read from the address, and what is not understood lets everything through", () => {
  const search = { webhook: "0b8f5ee3-6a6c-4a4c-9c39-0c9f3c8c5b11", status: "failed", kind: "run.failed" };
  expect(parseDeliverySearch({ ...search, page: 2 })).toEqual(search);
  expect(parseDeliverySearch({ kind: "webhook.test" })).toEqual({ kind: "webhook.test" });
  for (const nothing of [
    {},
    { webhook: "mine" },
    { status: "open" },
    { kind: "run.queued" },
    { kind: ["x"] },
  ])
    expect(parseDeliverySearch(nothing)).toEqual({});
});

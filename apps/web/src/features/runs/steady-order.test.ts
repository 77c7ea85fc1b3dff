import { describe, expect, it } from "vitest";
import { holdOrder } from "./steady-order.js";

describe("the order that is held while someone reads", () => {
  it("counts what would move in above, and shows it not", () => {
    expect(holdOrder(["b", "a"], ["d", "c", "b", "a"])).toEqual({ ids: ["b", "a"], fresh: 2 });
  });

  it("takes what comes after the last row", () => {
    expect(holdOrder(["c", "b"], ["c", "b", "a"])).toEqual({ ids: ["c", "b", "a"], fresh: 0 });
  });

  it("keeps the place of a row that has gone", () => {
    expect(holdOrder(["c", "b", "a"], ["d", "c", "a"])).toEqual({ ids: ["c", "b", "a"], fresh: 1 });
    expect(holdOrder(["a"], [])).toEqual({ ids: ["a"], fresh: 0 });
  });

  it("shows the first reading as it is", () => {
    expect(holdOrder([], ["b", "a"])).toEqual({ ids: ["b", "a"], fresh: 0 });
  });
});

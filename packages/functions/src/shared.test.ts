import { describe, expect, it } from "vitest";
import { shared } from "./shared.js";

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("a shared call", () => {
  it("is made once for those who come while another is under way, and begins after they have come", async () => {
    const gates = [gate(), gate(), gate()];
    let begun = 0;
    const call = shared(async () => {
      begun += 1;
      const place = begun;
      await gates[place - 1]?.opened;
      return place;
    });
    const first = call();
    await Promise.resolve();
    const [second, third] = [call(), call()];
    expect(begun).toBe(1);
    gates[0]?.open();
    expect(await first).toBe(1);
    await Promise.resolve();
    const fourth = call();
    gates[1]?.open();
    gates[2]?.open();
    expect(await Promise.all([second, third, fourth])).toEqual([2, 2, 3]);
    expect(begun).toBe(3);
  });

  it("fails for those who share it, and for nobody after them", async () => {
    let times = 0;
    const call = shared(async () => {
      times += 1;
      if (times === 1) throw new Error("not now");
      return times;
    });
    const both = await Promise.allSettled([call(), call()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await call()).toBe(2);
  });
});

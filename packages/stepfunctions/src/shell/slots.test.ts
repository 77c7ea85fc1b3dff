import { expect, test } from "vitest";
import { Slots } from "./slots.js";

test("there is work for as many as there are slots, and room again when one is done", async () => {
  const slots = new Slots(2);
  let end = (): void => {};
  const held = slots.run(() => new Promise<void>((resolve) => (end = resolve)));
  const failing = slots.run(() => Promise.reject(new Error("no")));
  await expect(slots.run(async () => 1)).rejects.toMatchObject({ code: "ThrottlingException" });
  await expect(failing).rejects.toThrow("no");
  expect(await slots.run(async () => 1)).toBe(1);
  end();
  await held;
});

import { implement } from "@longhaul/kit/step";
import { fifth, first, fourth, second, third } from "./steps.js";

const addOne = async ({ n }: { n: number }) => ({ n: n + 1 });

export const implementations = {
  First: implement(first, addOne),
  Second: implement(second, addOne),
  Third: implement(third, addOne),
  Fourth: implement(fourth, addOne),
  Fifth: implement(fifth, addOne),
};

import { defineStep } from "@longhaul/kit/step";
import { number } from "./contract.js";

const add = <const Name extends string>(name: Name) =>
  defineStep({ name, stage: "add", input: number, output: number, timeoutSeconds: 30 });

export const first = add("First");
export const second = add("Second");
export const third = add("Third");
export const fourth = add("Fourth");
export const fifth = add("Fifth");

import type { implementations } from "./five/steps.handler.js";

const handler = (name: keyof typeof implementations) => async () => ({
  default: (await import("./five/steps.handler.js")).implementations[name],
});

export const handlers = {
  five: {
    First: handler("First"),
    Second: handler("Second"),
    Third: handler("Third"),
    Fourth: handler("Fourth"),
    Fifth: handler("Fifth"),
  },
} as const;

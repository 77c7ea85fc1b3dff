const handler = (name: keyof typeof import("./five/steps.handler.js")["implementations"]) => async () => ({
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

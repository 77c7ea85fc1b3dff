import { implementations } from "./trip.js";

export const handlers = {
  trip: Object.fromEntries(
    implementations.map((implementation) => [
      implementation.step.name,
      () => Promise.resolve({ default: implementation }),
    ]),
  ),
};

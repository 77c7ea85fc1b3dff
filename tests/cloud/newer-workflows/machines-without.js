import { defineMachine } from "@longhaul/kit/machine";
import { buyTicket, trip } from "./trip.js";

export const machines = {
  trip: defineMachine(trip, (flow) =>
    flow
      .step(buyTicket, ({ input }) => ({ to: input.to }))
      .succeed("Bought", ({ buyTicket: bought }) => ({ ticket: bought.ticket })),
  ),
};

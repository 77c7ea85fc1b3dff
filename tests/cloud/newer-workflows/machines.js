import { defineMachine } from "@longhaul/kit/machine";
import { bookSeat, freeSeat, paySeat, trip } from "./trip.js";

export const machines = {
  trip: defineMachine(trip, (flow) =>
    flow
      .step(bookSeat, ({ input }) => ({ to: input.to }), { compensate: freeSeat })
      .wait("Deliberate", { seconds: 86_400 })
      .step(paySeat, ({ bookSeat: booked }) => ({ ticket: booked.ticket }))
      .succeed("Booked", ({ paySeat: paid }) => ({ ticket: paid.ticket })),
  ),
};

// A workflow whose steps have changed: machines.js has it as it was, machines-now.js as it is.
import { defineContract } from "@longhaul/kit";
import { defineStep, implement } from "@longhaul/kit/step";
import { z } from "zod";

export const trip = defineContract({
  name: "trip",
  title: "Book a trip",
  description: "There and back.",
  input: z.strictObject({ to: z.string().max(40) }),
  output: z.object({ ticket: z.string() }),
  stages: { book: { label: "Booking", weight: 1 } },
  runName: ({ to }) => `Trip to ${to}`,
});

// Nobody waits for more tries of a function that is not there.
const retry = { maxAttempts: 0, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 };
const common = { stage: "book", timeoutSeconds: 30, retry };
const ticket = z.object({ ticket: z.string().max(80) });
const undone = z.object({ input: z.unknown(), output: z.unknown() });

export const bookSeat = defineStep({ ...common, name: "BookSeat", input: trip.input, output: ticket });
export const paySeat = defineStep({ ...common, name: "PaySeat", input: ticket, output: ticket });
export const freeSeat = defineStep({ ...common, name: "FreeSeat", input: undone, output: z.null() });
export const buyTicket = defineStep({ ...common, name: "BuyTicket", input: trip.input, output: ticket });

export const implementations = [
  implement(bookSeat, async ({ to }) => ({ ticket: `booked to ${to}` })),
  implement(paySeat, async ({ ticket: booked }) => ({ ticket: `${booked}, paid` })),
  implement(freeSeat, async () => null),
  implement(buyTicket, async ({ to }) => ({ ticket: `bought to ${to}` })),
];

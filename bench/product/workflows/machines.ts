import { fiveMachine } from "./five/machine.js";

export const machines = { five: fiveMachine } as const;

import { trip } from "./trip.js";

export const contracts = { trip };

import { five } from "./five/contract.js";

export const contracts = { five } as const;

import { CommandError } from "./errors.js";

export type MachineType = "STANDARD" | "EXPRESS";

/** --type, whatever its case. @throws CommandError */
export function readType(command: string, given: string | undefined): MachineType {
  const type = (given ?? "STANDARD").toUpperCase();
  if (type === "STANDARD" || type === "EXPRESS") return type;
  throw new CommandError(`--type takes STANDARD or EXPRESS, not ${JSON.stringify(given)}`, command);
}

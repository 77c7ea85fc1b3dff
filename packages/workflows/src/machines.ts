import { dataImportMachine } from "./data-import/machine.js";

/** Every workflow's state machine by name: data, without handlers. */
export const machines = {
  "data-import": dataImportMachine,
} as const;

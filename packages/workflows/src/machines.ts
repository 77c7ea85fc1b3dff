import { dataImportMachine } from "./data-import/machine.js";
import { storyMachine } from "./story/machine.js";
import { storybookMachine } from "./storybook/machine.js";
import { visionMachine } from "./vision/machine.js";

/** Every workflow's state machine by name: data, without handlers. */
export const machines = {
  "data-import": dataImportMachine,
  storybook: storybookMachine,
  vision: visionMachine,
  story: storyMachine,
} as const;

import { dataImportMachine } from "./data-import/machine.js";
import { drawingStoryMachine } from "./drawing-story/machine.js";
import { discussionMachine } from "./discussion/machine.js";
import { panelMachine } from "./panel/machine.js";
import { simulationMachine } from "./simulation/machine.js";
import { digitalTwinMachine } from "./digital-twin/machine.js";
import { twinAnswerMachine } from "./twin-answer/machine.js";
import { campaignMachine } from "./campaign/machine.js";
import { twinRemovalMachine } from "./twin-removal/machine.js";
import { queryRunMachine } from "./query-run/machine.js";
import { storyMachine } from "./story/machine.js";
import { storybookMachine } from "./storybook/machine.js";
import { visionMachine } from "./vision/machine.js";

/** Every workflow's state machine by name: data, without handlers. */
export const machines = {
  "data-import": dataImportMachine,
  "query-run": queryRunMachine,
  "digital-twin": digitalTwinMachine,
  "twin-answer": twinAnswerMachine,
  "twin-removal": twinRemovalMachine,
  campaign: campaignMachine,
  storybook: storybookMachine,
  vision: visionMachine,
  story: storyMachine,
  "drawing-story": drawingStoryMachine,
  simulation: simulationMachine,
  panel: panelMachine,
  discussion: discussionMachine,
} as const;

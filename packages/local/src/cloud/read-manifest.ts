// Reads the manifest as the build has it now, in a process of its own: a module that was changed would
// stay as it was in the process that imported it before. Sends one message and ends.
import {
  authorizer,
  eventSources,
  functions,
  queues,
  rules,
  stateMachines,
  topics,
} from "@longhaul/functions/manifest";
import type { ManifestMessage } from "./manifest.js";

const arnPrefix = process.argv[2] ?? "";

const message: ManifestMessage = {
  functions: [...functions, authorizer].map((spec) => ({ ...spec, entry: spec.entry.href })),
  rules,
  topics,
  queues,
  eventSources,
  stateMachines: stateMachines.map(({ workflow, name, hash, definition }) => ({
    workflow,
    name,
    hash,
    definition: definition((functionName) => arnPrefix + functionName),
  })),
};
process.send?.(message, () => process.disconnect());

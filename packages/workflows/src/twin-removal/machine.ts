import { defineMachine } from "@longhaul/kit/machine";
import { twinRemoval } from "./contract.js";
import { removeArtifacts } from "./steps/remove-artifacts.js";

export const twinRemovalMachine = defineMachine(twinRemoval, (flow) =>
  flow
    .step(removeArtifacts, ({ input }) => ({ twinId: input.twinId }))
    .succeed("TwinDeleted", ({ removeArtifacts: removed }) => ({
      name: removed.name,
      objects: removed.objects,
      uploads: removed.uploads,
    })),
);

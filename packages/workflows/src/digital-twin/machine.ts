import { defineMachine, eq } from "@longhaul/kit/machine";
import { digitalTwin } from "./contract.js";
import { checkTrainingStatus } from "./steps/check-training-status.js";
import { handleFailure } from "./steps/handle-failure.js";
import { startTrainingJob } from "./steps/start-training-job.js";
import { stopTrainingJob } from "./steps/stop-training-job.js";
import { updateStatusToActive } from "./steps/update-status-to-active.js";
import { validateInput } from "./steps/validate-input.js";

/** The job itself is stopped at its time; this ends a run whose job says nothing any more. */
const longestSeconds = 2.5 * 86_400;

export const digitalTwinMachine = defineMachine(
  digitalTwin,
  (flow) =>
    flow
      .step(validateInput, ({ input }) => ({
        name: input.name,
        documents: input.documents,
        text: input.text,
        twinId: input.twinId,
        keepDocuments: input.keepDocuments,
      }))
      .step(
        startTrainingJob,
        ({ input, validateInput: read }) => ({
          prefix: read.prefix,
          epochs: input.epochs,
          instanceType: input.instanceType,
          instanceCount: input.instanceCount,
          spot: input.spot,
          maxRuntimeSeconds: input.maxRuntimeSeconds,
          simulation: input.simulation,
        }),
        { compensate: stopTrainingJob },
      )
      .poll(
        checkTrainingStatus,
        ({ input, validateInput: read, startTrainingJob: started }) => ({
          job: started.job,
          prefix: read.prefix,
          epochs: input.epochs,
        }),
        {
          name: "Training",
          states: { check: "IsTrainingComplete", pause: "WaitForTraining" },
          until: ({ checkTrainingStatus: seen }) => eq(seen.status, "Completed"),
          interval: ({ checkTrainingStatus: seen }) => seen.nextCheckSeconds,
          deadline: longestSeconds,
        },
      )
      .step(updateStatusToActive, ({ checkTrainingStatus: seen }) => ({ model: seen.model }))
      .succeed(
        "TwinActive",
        ({ input, validateInput: read, checkTrainingStatus: seen, updateStatusToActive: active }) => ({
          twinId: read.twinId,
          version: read.version,
          name: read.name,
          documents: read.documents,
          refused: read.refused,
          characters: read.characters,
          epochs: input.epochs,
          last: seen.last,
          persona: active.persona,
        }),
      ),
  {
    onFailure: (failed, error) =>
      failed
        .step(handleFailure, () => ({ code: error.code, message: error.message }))
        .fail("TrainingFailed", error),
  },
);

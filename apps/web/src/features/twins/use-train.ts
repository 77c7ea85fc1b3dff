import type { DigitalTwinInput } from "@longhaul/workflows/contracts";
import { useState } from "react";
import { type Problem, toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { createKeys } from "../start/start-run.js";

export interface TrainingSettings {
  epochs: number;
  instanceType: string;
  instanceCount: number;
  spot: boolean;
  maxRuntimeSeconds: number;
  simulation?: {
    [K in keyof NonNullable<DigitalTwinInput["simulation"]>]:
      | NonNullable<DigitalTwinInput["simulation"]>[K]
      | undefined;
  };
}

export const usualSettings: TrainingSettings = {
  epochs: 12,
  instanceType: "ml.m5.large",
  instanceCount: 1,
  spot: false,
  maxRuntimeSeconds: 3_600,
};

interface Order extends TrainingSettings {
  name: string;
  documents: string[];
  text: string;
  twinId?: string;
  keepDocuments: boolean;
}

/** Starts a training; sending the same again, after an answer got lost, starts nothing twice. */
export function useTrain(onStarted: (twinId: string) => void) {
  const utils = trpc.useUtils();
  const [keyOf] = useState(createKeys);
  const train = trpc.twins.train.useMutation({
    onSuccess: ({ twinId }) => {
      void utils.twins.invalidate();
      onStarted(twinId);
    },
  });
  return {
    pending: train.isPending,
    problem: train.error ? toProblem(train.error) : (null as Problem | null),
    start: (order: Order) => train.mutate({ input: { ...order }, idempotencyKey: keyOf(order) }),
  };
}

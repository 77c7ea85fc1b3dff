import { randomKey } from "@longhaul/client";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { type Problem, toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";

export interface RerunFromOptions {
  /** The first step that is done anew. */
  step: string;
  /** In place of the run's input, for the steps that are done anew. */
  input?: unknown;
  /** In place of what steps before it gave, by checkpoint. */
  outputs?: Record<string, unknown>;
}

/** Starts a new run that goes on from a step of this one, tells `onStarted`, and goes to its page. */
export function useRerunFrom(runId: string, onStarted: () => void = () => {}) {
  const navigate = useNavigate();
  // The same request sent again, after its answer got lost, starts nothing twice.
  const last = useRef({ request: "", key: "" });
  const mutation = trpc.runs.rerunFrom.useMutation({
    onSuccess: (started) => {
      onStarted();
      return navigate({ to: "/runs/$runId/result", params: { runId: started.runId } });
    },
  });
  function rerunFrom(options: RerunFromOptions): void {
    const request = JSON.stringify(options);
    if (request !== last.current.request) last.current = { request, key: randomKey() };
    mutation.mutate({ runId, ...options, idempotencyKey: last.current.key });
  }
  const problem: Problem | null = mutation.error && toProblem(mutation.error);
  return { rerunFrom, pending: mutation.isPending, problem, reset: mutation.reset };
}

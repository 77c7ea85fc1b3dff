import { isTRPCClientError } from "@trpc/client";
import { useState } from "react";
import { toProblem } from "../../../lib/errors.js";
import { type AppRouter, trpc } from "../../../lib/trpc.js";
import type { TemplateWords } from "../template-dialog.js";
import type { QueryDraft, SqlWorkflow } from "./use-query-draft.js";

/** Saving, running and deleting a query; `said` is what the last of them came to. */
export function useQueryActions(saved: SqlWorkflow, edited: QueryDraft) {
  const utils = trpc.useUtils();
  const { id } = saved;
  const [said, setSaid] = useState<{ look: "info" | "bad"; text: string } | null>(null);
  const [conflict, setConflict] = useState(false);
  const [runId, setRunId] = useState<string | null>(null);
  const options = {
    onError: (error: unknown) => {
      if (isTRPCClientError<AppRouter>(error) && error.data?.errorCode === "SQL_WORKFLOW_CHANGED")
        setConflict(true);
      setSaid({ look: "bad", text: toProblem(error).message });
    },
  };
  const update = trpc.sqlWorkflows.update.useMutation(options);
  const saveValues = trpc.sqlWorkflows.saveValues.useMutation(options);
  const run = trpc.sqlWorkflows.run.useMutation(options);
  const remove = trpc.sqlWorkflows.delete.useMutation(options);
  const publish = trpc.queryTemplates.create.useMutation();

  async function save(): Promise<boolean> {
    const { draft, version, query } = edited;
    try {
      const now = await update.mutateAsync({ id, version, ...query });
      edited.wasSaved(now.version, draft);
      setConflict(false);
      setSaid({ look: "info", text: "Saved." });
      void utils.sqlWorkflows.list.invalidate();
      return true;
    } catch {
      return false;
    }
  }
  return {
    said,
    conflict,
    runId,
    busy: update.isPending || saveValues.isPending || run.isPending || remove.isPending || publish.isPending,
    save,
    saveValues: () =>
      saveValues.mutate(
        { id, savedValues: edited.values, timeWindow: edited.draft.window },
        {
          onSuccess: () =>
            setSaid({ look: "info", text: "The values are saved: the form begins with them." }),
        },
      ),
    /** What is run is what is saved. */
    async run(): Promise<void> {
      setSaid(null);
      if (edited.changed && !(await save())) return;
      try {
        const { values, draft } = edited;
        const started = await run.mutateAsync({ id, values, timeWindow: draft.window });
        setSaid(null);
        setRunId(started.runId);
        await utils.sqlWorkflows.executions.invalidate({ id });
      } catch {
        // The mutation has said why.
      }
    },
    remove: (then: () => void) =>
      remove.mutate(
        { id },
        {
          onSuccess: () => {
            void utils.sqlWorkflows.list.invalidate();
            then();
          },
        },
      ),
    templateProblem: publish.error && toProblem(publish.error).message,
    keepAsTemplate: (words: TemplateWords, then: () => void) => {
      const { sql, parameterSchema } = edited.query;
      publish.mutate(
        { ...words, sql, parameterSchema },
        {
          onSuccess: () => {
            then();
            void utils.queryTemplates.list.invalidate();
            setSaid({
              look: "info",
              text: "Kept as a private template of your organisation, among the templates under Queries.",
            });
          },
        },
      );
    },
    async takeTheirs(): Promise<void> {
      const theirs = await utils.client.sqlWorkflows.get.query({ id });
      edited.takeOver(theirs);
      setConflict(false);
      setSaid(null);
    },
    refresh: () => void utils.sqlWorkflows.executions.invalidate({ id }),
  };
}
export type QueryActions = ReturnType<typeof useQueryActions>;

import type { Run } from "@longhaul/kit";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { Field } from "../../../components/ui/field.js";
import { Select } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { Panel } from "../../../components/ui/panel.js";
import { Skeleton } from "../../../components/ui/skeleton.js";
import { Button } from "../../../components/ui/button.js";
import { DraftNotice } from "../../drafts/draft-notice.js";
import { useMay } from "../../settings/use-me.js";
import { placeOfRefusal } from "../refusal.js";
import { useInstances, useTables } from "../use-instances.js";
import { EditorHeader } from "./editor-header.js";
import { Executions } from "./executions.js";
import { ParameterForm } from "./parameter-form.js";
import { ParameterSchema } from "./parameter-schema.js";
import { ProblemList } from "./problem-list.js";
import { RunNow } from "./run-now.js";
import { ShownResult } from "./shown-result.js";
import { TimeWindowFields } from "./time-window.js";
import { useQueryActions } from "./use-query-actions.js";
import { type SqlWorkflow, useQueryDraft } from "./use-query-draft.js";

const SqlEditor = lazy(async () => ({ default: (await import("./sql-editor.js")).SqlEditor }));

/** What AMC refused, and of which text. */
interface Refused {
  sql: string;
  message: string;
}

interface QueryEditorProps {
  saved: SqlWorkflow;
  onDeleted: () => void;
}

export function QueryEditor({ saved, onDeleted }: QueryEditorProps) {
  const edited = useQueryDraft(saved);
  const actions = useQueryActions(saved, edited);
  const { draft, problems } = edited;
  const mayEdit = useMay("operator");
  const instances = useInstances();
  const tables = useTables(draft.instanceId);
  const [shown, setShown] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [asked, setAsked] = useState(false);
  const marks = useMarks(draft.sql, problems, refused);
  const ready =
    problems.length === 0 &&
    Object.keys(edited.valueProblems).length === 0 &&
    edited.windowProblem === null &&
    draft.instanceId !== null;

  const run = () => {
    setAsked(true);
    setRefused(null);
    if (ready && mayEdit && !actions.busy) void actions.run();
  };
  const onEnd = useCallback(
    (ended: Run) => {
      actions.refresh();
      if (ended.status === "succeeded") setShown(ended.id);
      if (ended.status === "failed") setRefused({ sql: draft.sql, message: ended.error.message });
    },
    [actions, draft.sql],
  );
  return (
    <div className="grid gap-4">
      <EditorHeader
        queryId={saved.id}
        edited={edited}
        actions={actions}
        mayEdit={mayEdit}
        onRun={run}
        onDeleted={onDeleted}
      />
      <DraftNotice draft={edited.kept} />
      {actions.said && (
        <Notice
          look={actions.said.look}
          role={actions.said.look === "bad" ? "alert" : "status"}
          actions={
            actions.conflict && (
              <Button size="small" onClick={() => void actions.takeTheirs()}>
                Load what they saved
              </Button>
            )
          }
        >
          {actions.said.text}
        </Notice>
      )}
      <div className="grid items-start gap-4 @4xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <Panel title="SQL">
            <div className="grid gap-2">
              <Suspense fallback={<Skeleton className="h-56" />}>
                <SqlEditor
                  text={draft.sql}
                  label="SQL of the query"
                  tables={tables}
                  parameters={draft.parameters.map(({ name }) => name)}
                  problems={marks}
                  readOnly={!mayEdit}
                  onChange={(sql) => edited.change({ sql })}
                  onRun={run}
                />
              </Suspense>
              <ProblemList problems={problems} />
              {refused?.sql === draft.sql && marks.length > 0 && problems.length === 0 && (
                <p className="text-bad">
                  Amazon Marketing Cloud marked a place in the text: {marks[0]?.message}
                </p>
              )}
            </div>
          </Panel>
          <Panel title="Parameters">
            <ParameterSchema
              parameters={draft.parameters}
              undescribed={edited.undescribed}
              onChange={edited.describe}
            />
          </Panel>
        </div>
        <Panel title="Run with">
          <div className="grid gap-4">
            <Field
              label="Instance"
              required
              error={asked && draft.instanceId === null ? "Choose the instance that is asked." : undefined}
            >
              {(control) => (
                <Select
                  {...control}
                  value={draft.instanceId ?? ""}
                  onChange={(event) => edited.change({ instanceId: event.target.value || null })}
                >
                  <option value="">Choose...</option>
                  {instances.map(({ id, name, connectionName }) => (
                    <option key={id} value={id}>
                      {name} ({connectionName})
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <TimeWindowFields
              window={draft.window}
              problem={edited.windowProblem}
              onChange={(window) => edited.change({ window })}
            />
            <ParameterForm
              parameters={draft.parameters}
              values={draft.values}
              problems={asked ? edited.valueProblems : {}}
              onChange={(values) => edited.change({ values })}
            />
          </div>
        </Panel>
      </div>
      {actions.runId && <RunNow key={actions.runId} runId={actions.runId} onEnd={onEnd} />}
      <Executions queryId={saved.id} shown={shown} onShow={setShown} />
      {shown && <ShownResult key={shown} runId={shown} />}
    </div>
  );
}

/** What the editor underlines: what the template's rules refuse, else what AMC has refused of this very text. */
function useMarks(
  sql: string,
  problems: ReturnType<typeof useQueryDraft>["problems"],
  refused: Refused | null,
): { from: number; to: number; message: string }[] {
  return useMemo(() => {
    const marks = problems.flatMap(({ place, message }) =>
      place ? [{ from: place.from, to: place.to, message }] : [],
    );
    if (marks.length > 0 || refused?.sql !== sql) return marks;
    const place = placeOfRefusal(refused.message, sql);
    return place ? [{ ...place, message: refused.message }] : [];
  }, [sql, problems, refused]);
}

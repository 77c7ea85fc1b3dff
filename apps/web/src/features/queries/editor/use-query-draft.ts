import {
  checkTemplate,
  type Parameter,
  type Parameters,
  type ParameterValues,
  parametersIn,
  parametersSchema,
  parameterValuesSchema,
} from "@longhaul/workflows/contracts";
import { useMemo } from "react";
import { z } from "zod/mini";
import { currentTime } from "../../../lib/clock.js";
import type { Outputs } from "../../../lib/trpc.js";
import { useDraft } from "../../drafts/use-draft.js";
import { lastDays, type TimeWindow, windowProblem } from "./time-window.js";
import { problemsOf, valuesOf } from "./value-text.js";

export type SqlWorkflow = Outputs["sqlWorkflows"]["get"];

export interface Draft {
  name: string;
  description: string;
  instanceId: string | null;
  sql: string;
  parameters: Parameters;
  values: ParameterValues;
  window: TimeWindow;
}

/** A draft, and the version that it is one of: who has saved another meanwhile is met when it is saved. */
interface Edited {
  version: number;
  draft: Draft;
}

const isParameter = (one: unknown) => one instanceof Object && "name" in one && "type" in one;

/** What can be taken up again of what was written before, also where it is not right yet. */
const editedSchema = z.object({
  version: z.number(),
  draft: z.object({
    name: z.string(),
    description: z.string(),
    instanceId: z.nullable(z.string()),
    sql: z.string(),
    parameters: z.array(z.custom<Parameter>(isParameter)),
    values: z.custom<ParameterValues>((values) => values instanceof Object),
    window: z.object({ start: z.string(), end: z.string() }),
  }),
});

/** What of a draft is the query itself: saving it makes another version. */
const queryOf = ({ name, description, instanceId, sql, parameters }: Draft) => ({
  name,
  description,
  instanceId,
  sql,
  parameterSchema: parameters,
});

/** A query as it is edited: what is written, what is wrong with it, and whether it has been saved. */
export function useQueryDraft(saved: SqlWorkflow) {
  const [{ version, draft }, setEdited, kept] = useDraft<Edited>({
    form: `query ${saved.id}`,
    schema: editedSchema,
    begin: () => editedOf(saved),
  });
  const setDraft = (change: (now: Draft) => Draft) =>
    setEdited((now) => ({ ...now, draft: change(now.draft) }));
  const problems = useMemo(() => checkTemplate(draft.sql, draft.parameters), [draft.sql, draft.parameters]);
  const undescribed = useMemo(() => {
    const known = new Set(draft.parameters.map(({ name }) => name));
    return parametersIn(draft.sql).filter((name) => !known.has(name));
  }, [draft.sql, draft.parameters]);
  const values = valuesOf(draft.parameters, draft.values);
  const query = queryOf(draft);
  return {
    draft,
    version,
    kept,
    query,
    values,
    problems,
    undescribed,
    valueProblems: problemsOf(draft.parameters, values),
    windowProblem: windowProblem(draft.window),
    changed: JSON.stringify(query) !== JSON.stringify(queryOf(kept.begun.draft)),
    change: (more: Partial<Draft>) => setDraft((now) => ({ ...now, ...more })),
    describe: (parameters: Parameter[]) => setDraft((now) => ({ ...now, parameters })),
    /** What was saved is what is compared with from now on. */
    wasSaved: (now: number, as: Draft) => {
      setEdited((edited) => ({ ...edited, version: now }));
      kept.rebase({ version: now, draft: as });
    },
    takeOver: (other: SqlWorkflow) => {
      setEdited(editedOf(other));
      kept.rebase(editedOf(other));
    },
  };
}
export type QueryDraft = ReturnType<typeof useQueryDraft>;

const editedOf = (saved: SqlWorkflow): Edited => ({ version: saved.version, draft: draftOf(saved) });

function draftOf(saved: SqlWorkflow): Draft {
  const parameters = parametersSchema.safeParse(saved.parameterSchema);
  const values = parameterValuesSchema.safeParse(saved.savedValues);
  return {
    name: saved.name,
    description: saved.description,
    instanceId: saved.instanceId,
    sql: saved.sql,
    parameters: parameters.success ? parameters.data : [],
    values: values.success ? values.data : {},
    window: saved.timeWindow ?? lastDays(90, currentTime()),
  };
}

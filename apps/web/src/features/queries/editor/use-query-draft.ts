import {
  checkTemplate,
  type Parameter,
  type Parameters,
  type ParameterValues,
  parametersIn,
  parametersSchema,
  parameterValuesSchema,
} from "@longhaul/workflows/contracts";
import { useMemo, useState } from "react";
import type { Outputs } from "../../../lib/trpc.js";
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
  const [base, setBase] = useState(() => ({ version: saved.version, draft: draftOf(saved) }));
  const [draft, setDraft] = useState(base.draft);
  const problems = useMemo(() => checkTemplate(draft.sql, draft.parameters), [draft.sql, draft.parameters]);
  const undescribed = useMemo(() => {
    const known = new Set(draft.parameters.map(({ name }) => name));
    return parametersIn(draft.sql).filter((name) => !known.has(name));
  }, [draft.sql, draft.parameters]);
  const values = valuesOf(draft.parameters, draft.values);
  const query = queryOf(draft);
  return {
    draft,
    version: base.version,
    query,
    values,
    problems,
    undescribed,
    valueProblems: problemsOf(draft.parameters, values),
    windowProblem: windowProblem(draft.window),
    changed: JSON.stringify(query) !== JSON.stringify(queryOf(base.draft)),
    change: (more: Partial<Draft>) => setDraft((now) => ({ ...now, ...more })),
    describe: (parameters: Parameter[]) => setDraft((now) => ({ ...now, parameters })),
    /** What was saved is what is compared with from now on. */
    wasSaved: (version: number, as: Draft) => setBase({ version, draft: as }),
    takeOver: (other: SqlWorkflow) => {
      const next = draftOf(other);
      setBase({ version: other.version, draft: next });
      setDraft(next);
    },
  };
}
export type QueryDraft = ReturnType<typeof useQueryDraft>;

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
    window: saved.timeWindow ?? lastDays(90, Date.now()),
  };
}

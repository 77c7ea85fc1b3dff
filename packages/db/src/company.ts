import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

export const companySteps = ["company", "industry", "audience", "tone", "sources", "twin"] as const;
export type CompanyStep = (typeof companySteps)[number];

/** What the first twin is to read. */
export interface CompanySources {
  readonly files: readonly { readonly id: string; readonly name: string }[];
  readonly text: string;
}

export interface CompanyFields {
  readonly company: string;
  readonly industry: string;
  readonly audience: string;
  readonly tone: string;
  readonly sources: CompanySources;
  /** The step of the wizard that is next. */
  readonly step: CompanyStep;
}

export interface CompanyProfile extends CompanyFields {
  /** 0 while nobody has written anything. */
  readonly version: number;
  readonly twinId: string | null;
  readonly finishedAt: string | null;
  readonly dismissedAt: string | null;
  readonly updatedAt: string | null;
}

const empty: CompanyProfile = {
  company: "",
  industry: "",
  audience: "",
  tone: "friendly",
  sources: { files: [], text: "" },
  step: "company",
  version: 0,
  twinId: null,
  finishedAt: null,
  dismissedAt: null,
  updatedAt: null,
};

/** What the organisation has said of itself so far. As caller. */
export async function get(tx: Tx, params: { organisationId: string }): Promise<CompanyProfile> {
  const [row] = await tx<CompanyProfile[]>`
    select company, industry, audience, tone, sources, step, version, twin_id as "twinId", finished_at as "finishedAt",
      dismissed_at as "dismissedAt", updated_at as "updatedAt"
    from longhaul.company_profiles where organisation_id = ${params.organisationId}`;
  return row ?? empty;
}

/**
 * Writes what is given, if nobody has written since; gives the new version. As caller.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, COMPANY_PROFILE_CHANGED.
 */
export async function save(
  tx: Tx,
  params: {
    organisationId: string;
    version: number;
    fields: { [K in keyof CompanyFields]?: CompanyFields[K] | undefined } & {
      dismissed?: boolean | undefined;
    };
  },
): Promise<{ version: number }> {
  const { organisationId, version, fields } = params;
  return one(
    await tx<{ version: number }[]>`
    select longhaul.save_company_profile(${organisationId}, ${version}, ${jsonb(tx, fields)}) as version`,
  );
}

/** Ends it with the twin that a run makes. As caller. @throws DatabaseRefusal FORBIDDEN, TWIN_NOT_FOUND. */
export async function finish(tx: Tx, params: { organisationId: string; runId: string }): Promise<void> {
  await tx`select longhaul.finish_company_profile(${params.organisationId}, ${params.runId})`;
}

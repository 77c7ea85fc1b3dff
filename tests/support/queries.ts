import { asCaller, type Database, queryTemplates, sqlWorkflows } from "@longhaul/db";
import { startRun } from "./database.js";
import type { Tenant } from "./tenants.js";

/** A SQL workflow with a run, and a private template, of the tenant's operator. */
export async function keepQueries(api: Database, tenant: Tenant): Promise<void> {
  const { organisationId, people } = tenant;
  const fields = { organisationId, name: "Reach", sql: "SELECT 1 AS a" };
  const { id } = await asCaller(api, people.operator, (tx) => sqlWorkflows.create(tx, fields));
  await startRun(api, tenant, { workflow: "query-run", input: { sqlWorkflowId: id } });
  await asCaller(api, people.operator, (tx) => queryTemplates.create(tx, { ...fields, category: "other" }));
}

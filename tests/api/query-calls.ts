import { randomUUID } from "node:crypto";
import type { Role } from "@longhaul/kit";
import type { ApiWorld, Member } from "./api-world.js";

type Call = { needs: Role; call: (member: Member | null) => Promise<unknown> };

/** A query and a template of "ours", and every procedure of the query manager called on them. */
export function openQueries(world: () => ApiWorld) {
  let id = "";
  let templateId = "";
  const fields = { name: "Secret query", sql: "SELECT {{days}} AS days" };
  const parameterSchema = [{ name: "days", type: "integer" as const, default: 7 }];
  const timeWindow = { start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" };
  const http = (member: Member | null) => world().clients.http(member);

  /** One that may be deleted, of a member who may make one; else the one of ours. */
  const spare = async (member: Member | null, make: () => Promise<{ id: string }>, other: string) =>
    member && member.role !== "viewer" && member.organisationId === world().ours.id
      ? (await make()).id
      : other;

  const calls: Record<string, Call> = {
    "sqlWorkflows.list": { needs: "viewer", call: (member) => http(member).sqlWorkflows.list.query({}) },
    "sqlWorkflows.get": { needs: "viewer", call: (member) => http(member).sqlWorkflows.get.query({ id }) },
    "sqlWorkflows.create": {
      needs: "operator",
      call: (member) => http(member).sqlWorkflows.create.mutate({ name: "Another", sql: "SELECT 1 AS a" }),
    },
    "sqlWorkflows.update": {
      needs: "operator",
      call: async (member) => {
        const [row] = await world().admin.sql<{ version: number }[]>`
          select version from longhaul.sql_workflows where id = ${id}`;
        return http(member).sqlWorkflows.update.mutate({ id, version: row!.version, description: "changed" });
      },
    },
    "sqlWorkflows.saveValues": {
      needs: "operator",
      call: (member) =>
        http(member).sqlWorkflows.saveValues.mutate({ id, savedValues: { days: 3 }, timeWindow }),
    },
    "sqlWorkflows.delete": {
      needs: "operator",
      call: async (member) => {
        const make = () => http(member).sqlWorkflows.create.mutate({ name: "Gone", sql: "SELECT 1 AS a" });
        return http(member).sqlWorkflows.delete.mutate({ id: await spare(member, make, id) });
      },
    },
    "sqlWorkflows.run": {
      needs: "operator",
      call: async (member) => {
        try {
          return await http(member).sqlWorkflows.run.mutate({ id });
        } catch (error) {
          // No query-run is deployed in this test: who hears that was let through.
          const { errorCode } = (error as { data?: { errorCode?: string } }).data ?? {};
          if (errorCode === "WORKFLOW_NOT_DEPLOYED") return errorCode;
          throw error;
        }
      },
    },
    "sqlWorkflows.executions": {
      needs: "viewer",
      call: (member) => http(member).sqlWorkflows.executions.query({ id }),
    },
    "queryTemplates.list": {
      needs: "viewer",
      call: (member) => http(member).queryTemplates.list.query({ limit: 100 }),
    },
    "queryTemplates.get": {
      needs: "viewer",
      call: (member) => http(member).queryTemplates.get.query({ id: templateId }),
    },
    "queryTemplates.create": {
      needs: "operator",
      call: (member) => http(member).queryTemplates.create.mutate({ name: "Another", sql: "SELECT 1 AS a" }),
    },
    "queryTemplates.update": {
      needs: "operator",
      call: (member) => http(member).queryTemplates.update.mutate({ id: templateId, description: "changed" }),
    },
    "queryTemplates.delete": {
      needs: "operator",
      call: async (member) => {
        const make = () => http(member).queryTemplates.create.mutate({ name: "Gone", sql: "SELECT 1 AS a" });
        return http(member).queryTemplates.delete.mutate({ id: await spare(member, make, templateId) });
      },
    },
    "queryTemplates.fork": {
      needs: "operator",
      call: (member) => http(member).queryTemplates.fork.mutate({ id: templateId }),
    },
    "queryTemplates.use": {
      needs: "operator",
      call: (member) => http(member).queryTemplates.use.mutate({ id: templateId }),
    },
    "queryTemplates.preview": {
      needs: "viewer",
      call: (member) =>
        http(member).queryTemplates.preview.query({ sql: fields.sql, parameterSchema, values: { days: 3 } }),
    },
  };
  const queryGone = ["update", "saveValues", "delete", "run"].map((name) => `sqlWorkflows.${name}`);
  const templateGone = ["update", "delete", "fork", "use"].map((name) => `queryTemplates.${name}`);

  return {
    calls,
    /** What who is not of "ours" hears. */
    refusals: (unlessViewer: (code: string) => string): Record<string, string> => ({
      "sqlWorkflows.get": "SQL_WORKFLOW_NOT_FOUND",
      "queryTemplates.get": "QUERY_TEMPLATE_NOT_FOUND",
      ...Object.fromEntries(queryGone.map((name) => [name, unlessViewer("SQL_WORKFLOW_NOT_FOUND")])),
      ...Object.fromEntries(templateGone.map((name) => [name, unlessViewer("QUERY_TEMPLATE_NOT_FOUND")])),
    }),
    harmless: {
      "sqlWorkflows.executions": { executions: [], nextCursor: null },
      "queryTemplates.preview": { ok: true, sql: "SELECT 3 AS days" },
    },
    async make(): Promise<void> {
      const { admin, ours } = world();
      const connection = randomUUID();
      await admin.sql`insert into longhaul.connections (id, organisation_id, name) values (${connection}, ${ours.id}, 'Ads')`;
      const [instance] = await admin.sql<{ id: string }[]>`
        insert into longhaul.amc_instances (organisation_id, connection_id, amc_instance_id, name, type, customer_name,
          account_id, account_name, marketplace_id)
        values (${ours.id}, ${connection}, 'amc1', 'Secret instance', 'STANDARD', 'c', 'a', 'b', 'm') returning id`;
      const { sqlWorkflows, queryTemplates } = http(ours.operator);
      const made = await sqlWorkflows.create.mutate({
        ...fields,
        parameterSchema,
        instanceId: instance!.id,
        timeWindow,
      });
      id = made.id;
      templateId = (
        await queryTemplates.create.mutate({ ...fields, name: "Secret template", parameterSchema })
      ).id;
    },
  };
}

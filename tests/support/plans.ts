import type { Database } from "@longhaul/db";
import postgres from "postgres";

/** What Postgres says of a part of what it has done. */
export interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/**
 * A connection of the superuser that keeps the plan of every statement that it runs, as Postgres itself reports them, those
 * inside functions as well.
 */
export async function explainingDatabase(adminUrl: string) {
  const plans: Plan[] = [];
  const sql = postgres(adminUrl, {
    max: 1,
    connection: { client_min_messages: "log" },
    onnotice: ({ message = "" }) => {
      if (!message.includes("plan:")) return;
      const { Plan: plan } = JSON.parse(message.slice(message.indexOf("{"))) as { Plan: Plan };
      // What a search has only asked the planner about has read nothing.
      if ("Actual Rows" in plan) plans.push(plan);
    },
  });
  await sql.unsafe(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off; set auto_explain.log_format = json; set auto_explain.log_level = notice;
    set auto_explain.log_nested_statements = on`);
  const db: Database = { sql, close: () => sql.end() };
  return {
    db,
    /** Every part of the plans of what `work` runs. */
    async plansOf(work: () => Promise<unknown>): Promise<Plan[]> {
      plans.length = 0;
      await work();
      return plans.flatMap(nodes);
    },
    [Symbol.asyncDispose]: () => db.close(),
  };
}

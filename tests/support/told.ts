import { randomUUID } from "node:crypto";
import { asCaller, type Database, schedules, webhooks } from "@longhaul/db";
import { sealedSomehow } from "./keys.js";
import type { Tenant } from "./tenants.js";

/** A schedule, and a webhook with a message, of the tenant. */
export async function keepSchedulesAndWebhooks(api: Database, tenant: Tenant): Promise<void> {
  const { organisationId, people } = tenant;
  await asCaller(api, people.operator, (tx) =>
    schedules.save(tx, {
      ...{ organisationId, id: null, name: "Mornings", workflow: "story", input: {} },
      ...{ cron: "0 9 * * *", expression: "cron(0 9 * * ? *)", timezone: "UTC" },
    }),
  );
  await asCaller(api, people.admin, async (tx) => {
    const id = randomUUID();
    await webhooks.save(tx, {
      ...{ organisationId, id, name: "Told", url: "https://example.org/", kinds: ["run.failed"] },
      ...{ workflows: [], active: true, secret: sealedSomehow },
    });
    await webhooks.test(tx, { organisationId, id });
  });
}

import { randomUUID } from "node:crypto";
import { asCaller, connections, type Database } from "@longhaul/db";
import type { Tenant } from "./tenants.js";

/** What stands for a sealed text where nobody opens it. */
const sealed = "eyJhbGciOiJkaXIifQ..aa.bb.cc";

/** Connects an organisation, with one instance, as if its admin had signed in at Amazon. Gives both ids. */
export async function connectTenant(
  api: Database,
  { organisationId, people }: Tenant,
  tokens: {
    accessToken?: string;
    refreshToken?: string;
    expiresInSeconds?: number;
    connectionId?: string;
  } = {},
) {
  const { accessToken = sealed, refreshToken = sealed, expiresInSeconds = 3_600 } = tokens;
  const { connectionId = randomUUID() } = tokens;
  return asCaller(api, people.admin, async (tx) => {
    await connections.keep(tx, {
      ...{ organisationId, connectionId, name: "North America" },
      ...{ accessToken, refreshToken, expiresInSeconds },
    });
    const account = { accountId: "ENTITY1", accountName: "Account", marketplaceId: "ATVPDKIKX0DER" };
    const instance = {
      instanceId: "amc1",
      instanceName: "Kettles",
      instanceType: "STANDARD",
      customerName: "Kettles",
    };
    await connections.syncInstances(tx, {
      organisationId,
      connectionId,
      instances: [{ ...account, ...instance }],
    });
    const [found] = await connections.instances(tx, { organisationId, connectionId });
    return { connectionId, instanceId: found!.id };
  });
}

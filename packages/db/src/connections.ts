import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

/** A consent at a third party, as members see it: its tokens are never read here. */
export interface Connection {
  readonly id: string;
  readonly provider: "amazon-ads";
  readonly name: string;
  readonly status: "active" | "revoked";
  /** Of a revoked one: what is the matter, and what a person can do. */
  readonly problem: string | null;
  readonly connectedBy: string | null;
  readonly connectedAt: string;
  /** When its instances were last asked for. */
  readonly syncedAt: string | null;
  readonly instances: number;
}

export interface Instance {
  readonly id: string;
  readonly connectionId: string;
  readonly connectionName: string;
  /** Whether queries can be run: Amazon lists it, and its connection is active. */
  readonly available: boolean;
  /** AMC's own id. */
  readonly amcInstanceId: string;
  readonly name: string;
  readonly type: string;
  readonly customerName: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly marketplaceId: string;
  readonly syncedAt: string;
}

interface Of {
  readonly organisationId: string;
}

/** The organisation's connections by name. */
export async function list(tx: Tx, { organisationId }: Of): Promise<Connection[]> {
  return tx<Connection[]>`
    select c.id, c.provider, c.name, c.status, c.problem, c.connected_at as "connectedAt", c.synced_at as "syncedAt",
      p.display_name as "connectedBy",
      (select count(*)::int from longhaul.amc_instances i where i.connection_id = c.id and i.available) as instances
    from longhaul.connections c left join longhaul.profiles p on p.user_id = c.connected_by
    where c.organisation_id = ${organisationId} order by lower(c.name), c.id`;
}

/** The organisation's instances by name; those of one connection where one is named. */
export async function instances(
  tx: Tx,
  params: Of & { connectionId?: string | undefined },
): Promise<Instance[]> {
  const { organisationId, connectionId = null } = params;
  return selectInstances(
    tx,
    organisationId,
    tx`(${connectionId}::uuid is null or i.connection_id = ${connectionId})`,
  );
}

/** Null when the organisation has no such instance. */
export async function instance(tx: Tx, params: Of & { instanceId: string }): Promise<Instance | null> {
  const { organisationId, instanceId } = params;
  return (await selectInstances(tx, organisationId, tx`i.id = ${instanceId}`))[0] ?? null;
}

function selectInstances(tx: Tx, organisationId: string, condition: ReturnType<Tx>): Promise<Instance[]> {
  return tx<Instance[]>`
    select i.id, i.connection_id as "connectionId", c.name as "connectionName",
      i.available and c.status = 'active' as available, i.amc_instance_id as "amcInstanceId", i.name, i.type,
      i.customer_name as "customerName", i.account_id as "accountId", i.account_name as "accountName",
      i.marketplace_id as "marketplaceId", i.synced_at as "syncedAt"
    from longhaul.amc_instances i join longhaul.connections c on c.id = i.connection_id
    where i.organisation_id = ${organisationId} and ${condition} order by lower(i.name), i.id`;
}

/**
 * Begins a sign-in, for a new connection or by its id for one that is connected again.
 *
 * @returns the connection's id.
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN (admins only), CONNECTION_NOT_FOUND, TOO_MANY_CONNECTIONS.
 */
export async function begin(
  tx: Tx,
  params: Of & {
    connectionId: string | null;
    name: string;
    /** SHA-256 in hex. */
    stateHash: string;
    /** Sealed. */
    verifier: string;
    redirectUri: string;
  },
): Promise<string> {
  const { organisationId, connectionId, name, stateHash, verifier, redirectUri } = params;
  const rows = await tx<{ id: string }[]>`
    select longhaul.begin_connection(${organisationId}, ${connectionId}, ${name}, ${stateHash}, ${verifier}, ${redirectUri}) as id`;
  return one(rows).id;
}

export interface SignIn {
  readonly connectionId: string;
  readonly name: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** Takes a sign-in that the caller began, once. @throws DatabaseRefusal SIGN_IN_OVER, FORBIDDEN. */
export async function takeSignIn(tx: Tx, params: Of & { stateHash: string }): Promise<SignIn> {
  return one(
    await tx<SignIn[]>`
    select connection_id as "connectionId", name, verifier, redirect_uri as "redirectUri"
    from longhaul.take_oauth_state(${params.organisationId}, ${params.stateHash})`,
  );
}

/** Keeps what a sign-in gave, sealed. @throws DatabaseRefusal CONNECTION_NOT_FOUND, FORBIDDEN. */
export async function keep(
  tx: Tx,
  params: Of & {
    connectionId: string;
    name: string;
    accessToken: string;
    refreshToken: string;
    expiresInSeconds: number;
  },
): Promise<void> {
  const { organisationId, connectionId, name, accessToken, refreshToken, expiresInSeconds } = params;
  await tx`select longhaul.keep_connection(
    ${organisationId}, ${connectionId}, ${name}, ${accessToken}, ${refreshToken}, ${expiresInSeconds})`;
}

/** @returns its refresh token, sealed, to be given up. @throws DatabaseRefusal CONNECTION_NOT_FOUND, FORBIDDEN. */
export async function remove(tx: Tx, params: Of & { connectionId: string }): Promise<string | null> {
  const { organisationId, connectionId } = params;
  const rows = await tx<{ token: string | null }[]>`
    select longhaul.delete_connection(${organisationId}, ${connectionId}) as token`;
  return one(rows).token;
}

export type SyncedInstance = Pick<
  Instance,
  "customerName" | "accountId" | "accountName" | "marketplaceId"
> & { readonly instanceId: string; readonly instanceName: string; readonly instanceType: string };

/** Makes the connection's instances these. @throws DatabaseRefusal CONNECTION_NOT_FOUND, FORBIDDEN. */
export async function syncInstances(
  tx: Tx,
  params: Of & { connectionId: string; instances: readonly SyncedInstance[] },
): Promise<void> {
  const { organisationId, connectionId } = params;
  await tx`select longhaul.sync_amc_instances(${organisationId}, ${connectionId}, ${jsonb(tx, params.instances)})`;
}

/** Does what `longhaul.connection_tokens_do` describes, as a member. The tokens that it takes and gives are sealed. */
export async function use(
  tx: Tx,
  params: Of & { connectionId: string; args: { readonly do: string; readonly [name: string]: unknown } },
): Promise<unknown> {
  const { organisationId, connectionId, args } = params;
  const rows = await tx<{ answer: unknown }[]>`
    select longhaul.use_connection(${organisationId}, ${connectionId}, ${jsonb(tx, args)}) as answer`;
  return one(rows).answer;
}

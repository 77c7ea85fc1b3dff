import { createHash } from "node:crypto";
import { type Connections, purposeOf, randomText } from "@longhaul/connections";
import { asCaller, connections as rows, type Database, type DatabaseCaller } from "@longhaul/db";

interface Place {
  readonly db: Database;
  readonly connections: Connections;
  readonly caller: DatabaseCaller & { readonly organisationId: string };
}

const hashOf = (state: string) => createHash("sha256").update(state).digest("hex");
/** What the verifier is sealed for: this sign-in and no other. */
const verifierPurpose = (stateHash: string) => `verifier:${stateHash}`;

/**
 * Begins a sign-in at Amazon and gives the page where a person consents. Kept are the state's hash and the sealed
 * verifier: who reads the database cannot end it.
 */
export async function beginSignIn(
  { db, connections, caller }: Place,
  given: { connectionId: string | null; name: string; redirectUri: string },
): Promise<string> {
  const [state, verifier] = [randomText(), randomText()];
  const stateHash = hashOf(state);
  const sealed = await connections.sealing.seal(verifier, verifierPurpose(stateHash));
  await asCaller(db, caller, (tx) =>
    rows.begin(tx, { organisationId: caller.organisationId, ...given, stateHash, verifier: sealed }),
  );
  return connections.login.authorisationUrl({ state, verifier, redirectUri: given.redirectUri });
}

/** Ends a sign-in that the same person began: takes it, once, exchanges the code and keeps the tokens sealed. */
export async function endSignIn(
  { db, connections, caller }: Place,
  { state, code }: { state: string; code: string },
): Promise<{ connectionId: string; name: string }> {
  const { organisationId } = caller;
  const stateHash = hashOf(state);
  const begun = await asCaller(db, caller, (tx) => rows.takeSignIn(tx, { organisationId, stateHash }));
  const { connectionId, name, redirectUri } = begun;
  const verifier = await connections.sealing.open(begun.verifier, verifierPurpose(stateHash));
  const tokens = await connections.login.exchange({ code, verifier, redirectUri });
  const { sealing } = connections;
  const kept = {
    accessToken: await sealing.seal(tokens.accessToken, purposeOf("access", connectionId)),
    refreshToken: await sealing.seal(tokens.refreshToken, purposeOf("refresh", connectionId)),
    expiresInSeconds: tokens.expiresInSeconds,
  };
  await asCaller(db, caller, (tx) => rows.keep(tx, { organisationId, connectionId, name, ...kept }));
  return { connectionId, name };
}

/** Deletes a connection, and gives its consent up where the third party has a way to. */
export async function removeConnection(
  { db, connections, caller }: Place,
  connectionId: string,
): Promise<void> {
  const { organisationId } = caller;
  const sealed = await asCaller(db, caller, (tx) => rows.remove(tx, { organisationId, connectionId }));
  if (sealed === null) return;
  // One that cannot be opened any more cannot be given up either.
  const token = await connections.sealing.open(sealed, purposeOf("refresh", connectionId)).catch(() => null);
  if (token !== null) await connections.login.revoke(token);
}

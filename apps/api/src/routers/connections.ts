import type { AmcTable, Connections } from "@longhaul/connections";
import { asCaller, type Connection, connections as rows, type Instance } from "@longhaul/db";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { beginSignIn, endSignIn, removeConnection } from "../connections/sign-in.js";
import { callerStore } from "../connections/store.js";
import { ApiError } from "../errors.js";
import { adminProcedure, operatorProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";

const connectionIdSchema = z.object({ connectionId: z.uuid("This is not the id of a connection.") });

/** The dashboard's page that Amazon sends the person back to. Amazon takes only those that the client has registered. */
const redirectUriSchema = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => {
    const { protocol, hostname, pathname, search, hash } = new URL(text);
    const own = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
    return (
      (protocol === "https:" || own) && pathname === "/connections/callback" && `${search}${hash}` === ""
    );
  }, "Return to the dashboard's page /connections/callback, over https.");

const startSchema = z.object({
  /** Of a new connection. */
  name: storable(120).trim().min(1, "Give the connection a name.").default("Amazon Ads"),
  /** One that is to be connected again; it keeps its name and its instances. */
  connectionId: connectionIdSchema.shape.connectionId.optional(),
  redirectUri: redirectUriSchema,
});

function needed(connections: Connections | null): Connections {
  if (connections === null) throw new ApiError("CONNECTIONS_NOT_SET_UP");
  return connections;
}

export const connectionsRouter = {
  /** The organisation's connections by name; no token is among what they tell. */
  list: orgProcedure.query(({ ctx: { caller, services } }): Promise<Connection[]> => {
    return asCaller(services.db, caller, (tx) => rows.list(tx, caller));
  }),

  /** The instances that they reach, by name. */
  instances: orgProcedure
    .input(connectionIdSchema.partial().default({}))
    .query(({ ctx: { caller, services }, input }): Promise<Instance[]> => {
      const { organisationId } = caller;
      return asCaller(services.db, caller, (tx) => rows.instances(tx, { organisationId, ...input }));
    }),

  /** The tables of an instance, as AMC lists them at this moment. */
  tables: operatorProcedure
    .input(z.object({ instanceId: z.uuid("This is not the id of an instance.") }))
    .query(async ({ ctx: { caller, services }, input }): Promise<readonly AmcTable[]> => {
      const connections = needed(services.connections);
      const { organisationId } = caller;
      const found = await asCaller(services.db, caller, (tx) =>
        rows.instance(tx, { organisationId, ...input }),
      );
      if (!found) throw new ApiError("INSTANCE_NOT_FOUND");
      const { connectionId, amcInstanceId: instanceId, accountId, marketplaceId } = found;
      const ads = connections.ads(connections.accessTokens(callerStore(services.db, caller)));
      return ads.tables(connectionId, { instanceId, accountId, marketplaceId });
    }),

  /** Asks Amazon what the connection reaches, and keeps that. */
  sync: operatorProcedure
    .input(connectionIdSchema)
    .mutation(async ({ ctx: { caller, services }, input: { connectionId } }): Promise<Instance[]> => {
      const connections = needed(services.connections);
      const { organisationId } = caller;
      const ads = connections.ads(connections.accessTokens(callerStore(services.db, caller)));
      const found = await ads.instances(connectionId);
      return asCaller(services.db, caller, async (tx) => {
        await rows.syncInstances(tx, { organisationId, connectionId, instances: found });
        return rows.instances(tx, { organisationId, connectionId });
      });
    }),

  /** Begins a sign-in at Amazon: the browser goes to `url`. */
  start: adminProcedure
    .input(startSchema)
    .mutation(async ({ ctx: { caller, services }, input }): Promise<{ url: string }> => {
      const place = { db: services.db, connections: needed(services.connections), caller };
      const { connectionId = null, ...given } = input;
      return { url: await beginSignIn(place, { connectionId, ...given }) };
    }),

  /** Ends a sign-in that the same person began, with what Amazon has given along. */
  finish: adminProcedure
    .input(z.object({ state: storable(200).min(1), code: storable(2_000).min(1) }))
    .mutation(({ ctx: { caller, services }, input }): Promise<{ connectionId: string; name: string }> => {
      return endSignIn({ db: services.db, connections: needed(services.connections), caller }, input);
    }),

  /** Deletes a connection with its instances, and gives its consent up. */
  remove: adminProcedure
    .input(connectionIdSchema)
    .mutation(async ({ ctx: { caller, services }, input }): Promise<{ connectionId: string }> => {
      const place = { db: services.db, connections: needed(services.connections), caller };
      await removeConnection(place, input.connectionId);
      return input;
    }),
} satisfies TRPCRouterRecord;

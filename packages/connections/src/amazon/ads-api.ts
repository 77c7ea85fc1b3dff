import { z } from "zod";
import { ConnectionError } from "../errors.js";
import type { ConnectionSettings } from "../settings.js";
import type { AccessTokens } from "../tokens.js";
import { adsRequests } from "./ads-request.js";

/** An account of Amazon Marketing Cloud that the connection may use. */
export interface AmcAccount {
  readonly accountId: string;
  readonly accountName: string;
  readonly marketplaceId: string;
}

export interface AmcInstance extends AmcAccount {
  readonly instanceId: string;
  readonly instanceName: string;
  /** STANDARD or SANDBOX, as AMC has it. */
  readonly instanceType: string;
  /** The advertiser's name. */
  readonly customerName: string;
}

export interface AmcColumn {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** A table that queries of an instance may read. */
export interface AmcTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly AmcColumn[];
}

const text = z.string().max(500);
/** What a person reads: without what the database cannot keep. */
const name = text.transform((given) => given.replace(/\0|\p{Cs}/gu, ""));
/** Goes into addresses and headers, too. Lengths are those of the table amc_instances. */
const id = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[\x21-\x7e]+$/);
const accountsSchema = z.object({
  amcAccounts: z.array(z.object({ accountId: id(200), accountName: name.nullish(), marketplaceId: id(100) })),
  nextToken: z.string().nullish(),
});
const instancesSchema = z.object({
  instances: z.array(
    z.object({
      instanceId: id(200),
      instanceName: name.nullish(),
      instanceType: id(100).nullish(),
      customerCanonicalName: name.nullish(),
    }),
  ),
  nextToken: z.string().nullish(),
});
const dataSourcesSchema = z.object({
  dataSources: z.array(
    z.object({
      name: text.min(1),
      description: z.string().nullish(),
      columns: z
        .array(z.object({ name: text.min(1), dataType: text.nullish(), description: z.string().nullish() }))
        .default([]),
    }),
  ),
  nextToken: z.string().nullish(),
});

const mostPages = 50;
/** Of one consent, with those of all its accounts. */
const mostInstances = 5_000;

/** The part of Amazon's advertising API that tells what a connection reaches. Source: AMC administration and reporting. */
export function adsApi(
  { adsUrl, clientId }: Pick<ConnectionSettings, "adsUrl" | "clientId">,
  tokens: AccessTokens,
) {
  const get = adsRequests({ adsUrl, clientId }, tokens);

  /** Every page of a list, by its `nextToken`. */
  async function pages<Page extends { nextToken?: string | null | undefined }>(
    schema: z.ZodType<Page>,
    path: string,
    ...[connectionId, account]: [string, Pick<AmcAccount, "accountId" | "marketplaceId"> | null]
  ): Promise<Page[]> {
    const found: Page[] = [];
    for await (const page of eachPage(schema, path, connectionId, account)) found.push(page);
    return found;
  }

  async function* eachPage<Page extends { nextToken?: string | null | undefined }>(
    schema: z.ZodType<Page>,
    path: string,
    ...[connectionId, account]: [string, Pick<AmcAccount, "accountId" | "marketplaceId"> | null]
  ): AsyncGenerator<Page> {
    let next = "";
    let count = 0;
    do {
      const query = next === "" ? "" : `?nextToken=${encodeURIComponent(next)}`;
      const parsed = schema.safeParse(await get(connectionId, `${path}${query}`, account));
      if (!parsed.success) {
        const sentence = "Amazon's advertising API gave an answer that is not understood.";
        throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence);
      }
      count += 1;
      next = parsed.data.nextToken ?? "";
      yield parsed.data;
    } while (next !== "" && count < mostPages);
  }

  return {
    /** Every instance of every account, and no more than any advertiser has. @throws ConnectionError */
    async instances(connectionId: string): Promise<AmcInstance[]> {
      const accounts = (await pages(accountsSchema, "/amc/accounts", connectionId, null)).flatMap(
        ({ amcAccounts }) =>
          amcAccounts.map((one) => ({ ...one, accountName: one.accountName || one.accountId })),
      );
      const found: AmcInstance[] = [];
      for (const account of accounts) {
        for await (const { instances } of eachPage(
          instancesSchema,
          "/amc/instances",
          connectionId,
          account,
        )) {
          for (const one of instances) {
            if (found.length >= mostInstances) return found;
            found.push({
              ...account,
              instanceId: one.instanceId,
              instanceName: one.instanceName || one.instanceId,
              instanceType: one.instanceType ?? "STANDARD",
              customerName: one.customerCanonicalName ?? account.accountName,
            });
          }
        }
      }
      return found;
    },

    /** The tables of an instance with their columns. @throws ConnectionError */
    async tables(
      connectionId: string,
      instance: Pick<AmcInstance, "instanceId" | "accountId" | "marketplaceId">,
    ): Promise<AmcTable[]> {
      const path = `/amc/reporting/${encodeURIComponent(instance.instanceId)}/dataSources`;
      return (await pages(dataSourcesSchema, path, connectionId, instance)).flatMap(({ dataSources }) =>
        dataSources.map(({ name, description, columns }) => ({
          name,
          description: description ?? "",
          columns: columns.map((column) => ({
            name: column.name,
            type: column.dataType ?? "",
            description: column.description ?? "",
          })),
        })),
      );
    },
  };
}

export type AdsApi = ReturnType<typeof adsApi>;

import { randomUUID } from "node:crypto";
import { handlers } from "@longhaul/workflows/handlers";
import { memoryContext } from "@longhaul/workflows/testing";
import { useAds } from "./env.js";
import { signIn, type TestAds, token, type Tokens } from "./local-ads.js";

const steps = handlers["query-run"];
const connectionId = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";
const instance = {
  ...{ name: "local-us", connectionId, amcInstanceId: "amclocal01" },
  ...{ accountId: "ENTITY1LONGHAUL0001", marketplaceId: "ATVPDKIKX0DER" },
};
const day = (ago: number) =>
  `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
/** All that the tables hold. */
const everything = { start: day(400), end: day(-30) };

interface Asked {
  readonly sql: string;
  readonly parameterSchema?: unknown;
  readonly parameters?: Record<string, unknown>;
  readonly timeWindow?: { start: string; end: string };
}

export type Row = Record<string, string>;

/** Somebody who asks AMC by the product's own steps: rendered, handed in, polled, fetched, read. */
export async function openAnalyst(ads: TestAds) {
  useAds(ads.environment);
  const tokens = await signIn(ads);
  let access = tokens.access_token;
  const renewals: string[] = [];
  const accessToken = async (_id: string, options?: { refused?: string }) => {
    if (options?.refused === undefined) return access;
    renewals.push(options.refused);
    const answer = await token(ads, { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    access = ((await answer.json()) as Tokens).access_token;
    return access;
  };
  const memory = memoryContext({
    connections: { accessToken },
    records: { call: async () => instance },
  });
  const { ctx } = memory;

  async function submit({ sql, parameterSchema, parameters, timeWindow = everything }: Asked) {
    const [render, submitted] = [await steps.Render(), await steps.Submit()];
    const input = { instanceId: connectionId, sql, parameterSchema, parameters };
    const rendered = await render.default.run(input, ctx);
    return {
      ...rendered,
      timeWindow,
      ...(await submitted.default.run({ ...rendered, timeWindow }, { ...ctx, idempotencyKey: randomUUID() })),
    };
  }

  async function settled(target: Awaited<ReturnType<typeof submit>>) {
    const poll = await steps.Poll();
    for (;;) {
      const told = await poll.default.run(target, ctx);
      if (told.over) return told;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async function fetchRows(target: Awaited<ReturnType<typeof submit>>): Promise<Row[]> {
    const [fetchResult, store] = [await steps.Fetch(), await steps.Store()];
    const { artifactId } = await fetchResult.default.run(target, ctx);
    const profile = await store.default.run({ artifactId }, ctx);
    const names = profile.columns.map(({ name }) => name);
    const text = memory.written.get("result.csv")?.toString() ?? "";
    const rows = records(text).slice(1);
    if (rows.length !== profile.rows)
      throw new Error(`${rows.length} rows were read, ${profile.rows} counted.`);
    return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""])));
  }

  return {
    ...{ submit, settled, fetchRows, renewals, memory },
    /** @returns the rows; throws what AMC says of a query that it does not run. */
    async ask(asked: Asked | string): Promise<Row[]> {
      const target = await submit(typeof asked === "string" ? { sql: asked } : asked);
      await settled(target);
      return fetchRows(target);
    },
  };
}
export type Analyst = Awaited<ReturnType<typeof openAnalyst>>;

/** RFC 4180. */
function records(csv: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    if (quoted === undefined && plain === "" && end === "") break;
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\n") lines.push([]);
  }
  return lines.filter((line) => line.length > 0);
}

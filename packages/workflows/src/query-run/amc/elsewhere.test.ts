import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { memoryContext } from "../../testing.js";
import { fetchParts } from "../steps/fetch.handler.js";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Fetches a result whose only part is said to be there. */
async function fetched(partOf: (own: string) => string): Promise<void> {
  const url = await serve((request, response) => {
    if (request.url?.endsWith("/downloadUrls"))
      return void response.end(JSON.stringify({ downloadUrls: [partOf(url)] }));
    response.writeHead(302, { location: partOf("elsewhere") }).end();
  });
  const { ctx } = memoryContext({ connections: { accessToken: async () => "token" } });
  const target = {
    ...{ connectionId: "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21", executionId: "e1" },
    ...{ amcInstanceId: "amc1", accountId: "ENTITY1", marketplaceId: "M1" },
  };
  const env = { AMAZON_ADS_URL: url, AMAZON_ADS_CLIENT_ID: "client" };
  await fetchParts(target, ctx, env);
}

/** What is within the network, and says something that nobody outside should read. */
async function inner() {
  const heard: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    heard.push(request.url);
    response.end("AccessKeyId,SecretAccessKey\nA,B\n");
  });
  return { url, heard };
}

it("a result is fetched from nowhere within the network, though the answer names it", async () => {
  const { url, heard } = await inner();
  await expect(fetched(() => `${url}/latest/meta-data/`)).rejects.toMatchObject({ code: "RESULT_ELSEWHERE" });
  expect(heard).toEqual([]);
});

it("nor when the place that it names leads on to there", async () => {
  const { url, heard } = await inner();
  const led = fetched((own) => (own === "elsewhere" ? `${url}/latest/meta-data/` : `${own}/part`));
  await expect(led).rejects.toMatchObject({ code: "RESULT_INCOMPLETE" });
  expect(heard).toEqual([]);
});

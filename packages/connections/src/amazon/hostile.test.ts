import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { ConnectionError } from "../errors.js";
import { adsApi } from "./ads-api.js";
import { loginWithAmazon } from "./login.js";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** Somebody who passes for Amazon and answers so. */
async function amazon(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const says =
  (value: unknown): RequestListener =>
  (_request, response) => {
    response.end(JSON.stringify(value));
  };

async function loginAt(answer: RequestListener) {
  const url = await amazon(answer);
  const ring = { current: "one", keys: new Map(), clientSecret: "client-secret" };
  const rings = { get: async () => ring, having: async () => ring };
  const settings = { ...{ keysSecret: "keys", clientId: "client" }, adsUrl: url, loginUrl: url };
  return loginWithAmazon({ ...settings, tokenUrl: url, revokeUrl: url }, rings);
}

async function adsAt(answer: RequestListener, token = "Atza|good") {
  const adsUrl = await amazon(answer);
  return adsApi({ adsUrl, clientId: "client" }, { get: async () => token });
}

async function failing(work: Promise<unknown>): Promise<ConnectionError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectionError);
  return error as ConnectionError;
}

/** A body that goes on for as long as somebody reads it. */
const endless: RequestListener = (_request, response) => {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
  };
  response.on("drain", more);
  more();
};

describe("a token endpoint", () => {
  it.each([
    ["a line end, as if another header began", "Atza|secret\r\nX-Admin: yes"],
    ["a blank", "Atza|secret more"],
    ["a character that no header takes", "Atza|secret\u{1f511}"],
  ])("is not believed a token with %s", async (_, token) => {
    for (const answer of [
      { access_token: token, refresh_token: "Atzr|r", expires_in: 3600 },
      { access_token: "Atza|a", refresh_token: token, expires_in: 3600 },
    ]) {
      const error = await failing((await loginAt(says(answer))).refresh("Atzr|old"));
      expect(error).toMatchObject({ code: "CONNECTION_UNAVAILABLE" });
      expect(inspect(error, { depth: 9 })).not.toContain("secret");
    }
  });

  it.each([1e308, 1e12, 86_401])("is believed no token that lasts %d seconds", async (expires_in) => {
    const login = await loginAt(says({ access_token: "a", refresh_token: "r", expires_in }));
    expect((await login.refresh("Atzr|old")).expiresInSeconds).toBe(86_400);
  });

  it("is not read without end", async () => {
    const login = await loginAt(endless);
    expect(await failing(login.refresh("Atzr|old"))).toMatchObject({ code: "CONNECTION_UNAVAILABLE" });
  });

  it("does not lead the secrets elsewhere", async () => {
    let heard = 0;
    const other = await amazon((_request, response) => {
      heard += 1;
      response.end("{}");
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const login = await loginAt((_request, response) => {
        response.writeHead(status, { location: other }).end();
      });
      const error = await failing(login.refresh("Atzr|old"));
      expect(error).toMatchObject({ code: "CONNECTION_UNAVAILABLE" });
      expect(inspect(error, { depth: 9 })).not.toMatch(/Atzr|client-secret/);
    }
    expect(heard).toBe(0);
  });

  it("puts no words of its own into what people read", async () => {
    const login = await loginAt((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ error: "<script>alert(1)</script> Atzr|old" }));
    });
    const error = await failing(login.refresh("Atzr|old"));
    expect(error.message).toBe("Amazon's sign-in refused the request: status 400.");
  });
});

describe("an advertising API", () => {
  const account = { accountId: "A", marketplaceId: "M" };
  const listing =
    (accounts: unknown[], instances: unknown[], nextToken?: string): RequestListener =>
    (request, response) => {
      const list = request.url?.startsWith("/amc/accounts")
        ? { amcAccounts: accounts }
        : { instances, nextToken };
      response.end(JSON.stringify(list));
    };

  it("is not read without end", async () => {
    const ads = await adsAt(endless);
    expect(await failing(ads.instances("c"))).toMatchObject({ code: "CONNECTION_UNAVAILABLE" });
  });

  it("is not asked without end", async () => {
    let asked = 0;
    const many = Array.from({ length: 1_000 }, (_, n) => ({ instanceId: `i${n}` }));
    const list = listing(
      Array.from({ length: 500 }, () => account),
      many,
      "more",
    );
    const ads = await adsAt((request, response) => {
      asked += 1;
      list(request, response);
    });
    expect((await ads.instances("c")).length).toBeLessThanOrEqual(5_000);
    expect(asked).toBeLessThan(20);
  });

  it.each([
    [
      "an id that would be another header",
      { ...account, accountId: "A\r\nX-Admin: yes" },
      { instanceId: "i" },
    ],
    ["an id that is too long to keep", account, { instanceId: "i".repeat(201) }],
    [
      "a marketplace that is too long to keep",
      { ...account, marketplaceId: "m".repeat(101) },
      { instanceId: "i" },
    ],
    ["a type that is too long to keep", account, { instanceId: "i", instanceType: "t".repeat(101) }],
    ["an id with a character that cannot be kept", account, { instanceId: "i\u0000" }],
  ])("is not understood with %s", async (_, one, instance) => {
    const error = await failing((await adsAt(listing([one], [instance]))).instances("c"));
    expect(error.message).toContain("not understood");
  });

  it("may call things as it likes: what cannot be kept is left out of names", async () => {
    const named = { instanceId: "i", instanceName: "a\u0000b", customerCanonicalName: "\ud800c" };
    const [instance] = await (await adsAt(listing([account], [named]))).instances("c");
    expect(instance).toMatchObject({ instanceName: "ab", customerName: "c" });
    const nameless = { instanceId: "i", instanceName: "\u0000" };
    const [other] = await (await adsAt(listing([account], [nameless]))).instances("c");
    expect(other).toMatchObject({ instanceName: "i", customerName: "A" });
  });
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { checkAddress, checkUrl } from "./address.js";
import { post } from "./post.js";
import { retrySeconds } from "./retries.js";

const strict = { loopback: false };

describe("an address that a stranger chose", () => {
  it.each([
    "https://example.org/hook",
    "https://example.org:8443/hook?key=1",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://example.org:80/",
  ])("%s is taken", (url) => expect(checkUrl(url, strict).protocol).toBe("https:"));

  it.each([
    // The same address of this computer in all its spellings.
    ["https://127.0.0.1/"],
    ["https://127.1/"],
    ["https://2130706433/"],
    ["https://0x7f000001/"],
    ["https://0177.0.0.1/"],
    ["https://0x7f.0.0.1/"],
    ["https://①②⑦.0.0.1/"],
    ["https://127.0.0.1./"],
    ["https://[::1]/"],
    ["https://[::ffff:127.0.0.1]/"],
    ["https://[::ffff:7f00:1]/"],
    ["https://[::127.0.0.1]/"],
    // Where clouds keep their credentials.
    ["https://169.254.169.254/latest/meta-data/"],
    ["https://2852039166/"],
    ["https://[::ffff:169.254.169.254]/"],
    ["https://[64:ff9b::a9fe:a9fe]/"],
    ["https://[fd00:ec2::254]/"],
    ["https://[2002:a9fe:a9fe::1]/"],
    ["https://[2001:0:a9fe:a9fe::1]/"],
    ["https://10.1.2.3/"],
    ["https://172.16.0.1/"],
    ["https://192.168.0.1/"],
    ["https://100.64.0.1/"],
    ["https://0.0.0.0/"],
    ["https://0.1.2.3/"],
    ["https://224.0.0.1/"],
    ["https://255.255.255.255/"],
    ["https://[fe80::1]/"],
    ["https://[fc00::1]/"],
    ["https://[ff02::1]/"],
    ["https://[::]/"],
    ["https://localhost/"],
    ["https://db.internal/"],
    ["https://printer/"],
    ["http://example.org/"],
    ["ftp://example.org/"],
    ["file:///etc/passwd"],
    ["https://someone:secret@example.org/"],
    ["https://example.org:22/"],
    ["https://example.org:6/"],
    ["https://example.org/#part"],
    ["//example.org"],
    [`https://example.org/${"a".repeat(2000)}`],
  ])("%s is refused", (url) => expect(() => checkUrl(url, strict)).toThrow(/./));

  it("may be this computer where that is allowed, and no other private one", () => {
    const local = { loopback: true };
    for (const url of ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]:8080/"])
      expect(checkUrl(url, local).port).toBe("8080");
    for (const url of ["http://10.0.0.1/", "http://169.254.169.254/", "http://example.org/"])
      expect(() => checkUrl(url, local)).toThrow(/./);
  });

  it("with a zone or none at all is none", () => {
    for (const address of ["fe80::1%eth0", "", "example.org", "1.2.3.4%0"])
      expect(() => checkAddress(address, strict)).toThrow("not on the Internet");
  });
});

describe("a name", () => {
  it.each([
    ["one private address", [{ address: "10.0.0.1", family: 4 }]],
    [
      "a private address beside a public one",
      [
        { address: "8.8.8.8", family: 4 },
        { address: "::ffff:10.0.0.1", family: 6 },
      ],
    ],
    ["no address", []],
  ])("that stands for %s is refused before anything is sent", async (_, found) => {
    const sent = post("https://example.org/", {}, "{}", {
      rules: strict,
      resolve: () => Promise.resolve(found),
    });
    await expect(sent).rejects.toMatchObject({ name: "AddressRefused" });
  });

  it("is looked up once: what it stands for later is not connected to", async () => {
    const server = createServer((_, response) => response.end("here"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    let asked = 0;
    const resolve = () => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    };
    const options = { rules: { loopback: true }, resolve };
    try {
      const answer = await post(`http://localhost:${port}/`, {}, "{}", options);
      expect(answer).toEqual({ status: 200, body: "here" });
      expect(asked).toBe(1);
      await expect(post(`http://localhost:${port}/`, {}, "{}", options)).rejects.toThrow(
        "not on the Internet",
      );
    } finally {
      server.close();
    }
  });

  it("that is never answered is waited for no longer than for the rest", async () => {
    const resolve = () => new Promise<never>(() => {});
    const sent = post("https://example.org/", {}, "{}", { rules: strict, timeoutMs: 20, resolve });
    await expect(sent).rejects.toThrow("no answer within");
  });
});

it("waits longer after each try, never less than planned, and gives up after the tenth", () => {
  const planned = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  expect(planned.map((_, place) => retrySeconds(place + 1, () => 0))).toEqual(planned);
  expect(retrySeconds(1, () => 1)).toBeCloseTo(5.5);
  expect(retrySeconds(10)).toBeNull();
});

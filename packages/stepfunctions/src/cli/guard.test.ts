import { describe, expect, test } from "vitest";
import { refusal } from "./guard.js";

describe("a request", () => {
  test.each([
    [{ host: "127.0.0.1:8083" }],
    [{ host: "[::1]:8083" }],
    [{ host: "localhost:8083" }],
    [{ host: "sfn.localhost" }],
    [{ host: "host.docker.internal:8083" }],
    [{ host: "engine.test:8083" }],
    [{ host: "sync-127.0.0.1:8083" }],
    [{ host: "sync-localhost:8083" }],
    [{ host: "sync-engine.test:8083" }],
    [{ host: "localhost:8083", origin: "http://localhost:8083" }],
    [{ host: "localhost:8083", "sec-fetch-site": "same-origin" }],
  ])("with %j is served", (headers) => {
    expect(refusal(headers, "engine.test")).toBeNull();
  });

  test.each([
    [{}],
    [{ host: "evil.test" }],
    [{ host: "localhost.evil.test:8083" }],
    [{ host: "sync-evil.test:8083" }],
    [{ host: "sync-sync-localhost:8083" }],
    [{ host: "localhost:8083", origin: "http://evil.test" }],
    [{ host: "localhost:8083", origin: "null" }],
    [{ host: "localhost:8083", origin: "http://localhost:3000" }],
    [{ host: "localhost:8083", "sec-fetch-site": "cross-site" }],
  ])("with %j is refused", (headers) => {
    expect(refusal(headers, "127.0.0.1")).toEqual(expect.any(String));
  });
});

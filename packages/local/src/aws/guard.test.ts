import { expect, it } from "vitest";
import { refusal } from "./guard.js";

it.each([
  ["an SDK by address", "POST", { host: "127.0.0.1:4566" }],
  ["an SDK by name", "POST", { host: "localhost:4566" }],
  ["an SDK by IPv6 address", "POST", { host: "[::1]:4566" }],
  ["a bucket as a host", "PUT", { host: "bucket.localhost:4566" }],
  ["the name it was given", "POST", { host: "cloud.test:4566" }],
  [
    "its own page",
    "POST",
    { host: "127.0.0.1:4566", origin: "http://127.0.0.1:4566", "sec-fetch-site": "same-origin" },
  ],
  [
    "a link from another page",
    "GET",
    { host: "127.0.0.1:4566", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
  ],
])("serves %s", (_who, method, headers) => {
  expect(refusal(method, headers, "cloud.test")).toBeNull();
});

it.each([
  ["a page that rebinds its name", "POST", { host: "evil.example:4566" }],
  ["a name that only looks local", "POST", { host: "localhost.evil.example" }],
  ["no host at all", "POST", {}],
  ["another page's form", "POST", { host: "127.0.0.1:4566", origin: "https://evil.example" }],
  ["a sandboxed page", "POST", { host: "127.0.0.1:4566", origin: "null" }],
  ["another port of this machine", "POST", { host: "127.0.0.1:4566", origin: "http://127.0.0.1:3000" }],
  [
    "another page's image",
    "GET",
    { host: "127.0.0.1:4566", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
  ],
  [
    "a form that navigates",
    "POST",
    { host: "127.0.0.1:4566", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
  ],
])("refuses %s", (_who, method, headers) => {
  expect(refusal(method, headers, "cloud.test")).toEqual(expect.any(String));
});

import { configFile } from "@longhaul/db/supabase";
import { expect, it } from "vitest";
import { parseSize, parseToml, readConfig } from "./config.js";

it("reads this project's own file", () => {
  const config = readConfig(configFile);
  expect(config.accessTokenHook).toMatchObject({ schema: "longhaul", name: "custom_access_token_hook" });
  expect(config.fileSizeLimit).toBe(52_428_800);
  expect(config.refreshTokenReuseSeconds).toBe(10);
});

it("reads strings, numbers and truths under their sections, and passes comments over", () => {
  const values = parseToml(
    [
      "top = 1_000 # many",
      "[auth]",
      "# enable_signup = true",
      "enable_signup = false",
      "[auth.hook.custom]",
      'uri = "pg://a/b#c"',
    ].join("\n"),
  );
  expect([...values]).toEqual([
    ["top", 1000],
    ["auth.enable_signup", false],
    ["auth.hook.custom.uri", "pg://a/b#c"],
  ]);
});

it.each([
  ["50MiB", 52_428_800],
  ["1GB", 1_073_741_824],
  ["1.5 KiB", 1536],
  ["500", 500],
])("takes %s for %i bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));

it("refuses what is no size", () => expect(() => parseSize("much")).toThrow('"much"'));

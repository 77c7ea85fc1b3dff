import { describe, expect, it } from "vitest";
import { readSecrets } from "./secrets.js";

const held: Record<string, string> = {
  "arn:a": '{"DATABASE_URL":"postgres://a"}',
  "arn:b": '{"SUPABASE_URL":"https://b","SUPABASE_SERVICE_ROLE_KEY":"k"}',
};
const read = async (arn: string) => held[arn];

describe("readSecrets", () => {
  it("gives the variables of all of them", async () => {
    expect(await readSecrets(["arn:a", "arn:b"], read)).toEqual({
      DATABASE_URL: "postgres://a",
      SUPABASE_URL: "https://b",
      SUPABASE_SERVICE_ROLE_KEY: "k",
    });
  });

  it.each(["password", "[]", '{"lower":"x"}', '{"A":7}', '{"A":""}', "null"])(
    "names a secret that holds no variables, without its value: %s",
    async (text) => {
      const error: Error = await readSecrets(["arn:odd"], async () => text).then(
        () => expect.fail("It was read."),
        (thrown) => thrown,
      );
      expect(error.message).toBe(
        "The secret arn:odd must hold environment variables as a JSON object of texts.",
      );
      expect(error.cause).toBeUndefined();
    },
  );
});

import { describe, expect, it } from "vitest";
import { databaseUrlFault } from "./url.js";

const hosted = "postgres://longhaul_worker.abc:s3cret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres";

describe("databaseUrlFault", () => {
  it.each([
    `${hosted}?sslmode=require`,
    `${hosted}?sslmode=verify-full`,
    `${hosted}?sslmode=disable`,
    "postgresql://a@db.internal/b?application_name=x&sslmode=verify-ca",
    "postgres://a:one,two@127.0.0.1:54322/postgres",
    "postgres://a@localhost/postgres",
    "postgres://a@[::1]:5432/postgres",
  ])("takes %s in production", (url) => {
    expect(databaseUrlFault(url, { production: true })).toBeNull();
  });

  it.each([
    hosted,
    `${hosted}?sslmode=`,
    `${hosted}?sslmode=prefer`,
    `${hosted}?sslmode=allow`,
    `${hosted}?ssl=1`,
  ])("refuses %s in production, and says what to write", (url) => {
    expect(databaseUrlFault(url, { production: true })).toBe(
      'must end with ?sslmode=require, without which passwords and data may travel unencrypted (or with "verify-full", or with "disable" where the network is private)',
    );
    expect(databaseUrlFault(url, { production: false })).toBeNull();
  });

  it.each([true, false])(
    "refuses several hosts, of which the first alone would be used (production: %s)",
    (production) => {
      expect(databaseUrlFault("postgres://u:p@one:5432,two:5432/db?sslmode=require", { production })).toBe(
        "names several hosts: name one, behind which the others take over",
      );
    },
  );

  it.each(["p#w", "p/w", "p?w", "p%w"])(
    "refuses the password %s as it stands, without showing it",
    (password) => {
      const fault = databaseUrlFault(`postgres://u:${password}@host/db`, { production: false });
      expect(fault).toBe(
        "is not a URL: in its password, each character but letters and digits is written as its code, # as %23",
      );
    },
  );

  it("takes nothing else for a database", () => {
    expect(databaseUrlFault("mysql://x", { production: false })).toBe("must begin with postgres://");
  });
});

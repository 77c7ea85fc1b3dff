import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canReach } from "./identity.js";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "longhaul-identity-"));
  mkdirSync(join(root, "closed", "inner"), { recursive: true });
  chmodSync(root, 0o755);
  chmodSync(join(root, "closed"), 0o700);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// Nobody is root here: an identity that owns none of these folders.
const other = { uid: 61234, gid: 61234 };

it("finds a folder in reach only when every folder on the way lets pass", () => {
  expect(canReach(other, root)).toBe(true);
  expect(canReach(other, join(root, "closed", "inner"))).toBe(false);
  chmodSync(join(root, "closed"), 0o701);
  expect(canReach(other, join(root, "closed", "inner"))).toBe(true);
});

it("has everything in reach as ourselves", () => expect(canReach(null, "/no/such/folder")).toBe(true));

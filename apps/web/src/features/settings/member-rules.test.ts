import { roles } from "@longhaul/kit";
import { describe, expect, test } from "vitest";
import { mayRemove, rolesToGive, whyFixed } from "./member-rules.js";

const person = (role: (typeof roles)[number], userId: string = role) => ({ userId, role });

describe("roles", () => {
  test("are given by owners: all of them, to everybody", () => {
    for (const role of roles)
      expect(rolesToGive(person("owner", "me"), person(role), 2)).toEqual([
        "owner",
        "admin",
        "operator",
        "viewer",
      ]);
  });

  test("are given by admins: those below owner, to those below owner", () => {
    expect(rolesToGive(person("admin"), person("operator"), 1)).toEqual(["admin", "operator", "viewer"]);
    expect(rolesToGive(person("admin"), person("owner"), 2)).toEqual([]);
  });

  test.each(["operator", "viewer"] as const)("are given by no %s", (role) => {
    expect(rolesToGive(person(role), person("viewer", "other"), 1)).toEqual([]);
  });

  test("leave the last owner an owner", () => {
    expect(rolesToGive(person("owner"), person("owner"), 1)).toEqual([]);
  });
});

describe("a member", () => {
  test.each(["viewer", "operator", "admin"] as const)("who is %s may leave", (role) => {
    expect(mayRemove(person(role), person(role), 1)).toBe(true);
  });

  test("who is the last owner may not, and is told why", () => {
    expect(mayRemove(person("owner"), person("owner"), 1)).toBe(false);
    expect(whyFixed(person("owner"), person("owner"), 1)).toContain("last owner");
    expect(mayRemove(person("owner"), person("owner"), 2)).toBe(true);
  });

  test("is removed by admins and owners only, an owner by owners only", () => {
    expect(mayRemove(person("operator"), person("viewer"), 1)).toBe(false);
    expect(mayRemove(person("admin"), person("operator"), 1)).toBe(true);
    expect(mayRemove(person("admin"), person("owner"), 2)).toBe(false);
    expect(mayRemove(person("owner", "a"), person("owner", "b"), 2)).toBe(true);
  });
});

import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { read, root, trackedFiles } from "./repository.js";

const pages = trackedFiles().filter((file) => file.endsWith(".md"));

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");

/** Targets of Markdown links, images and reference definitions. */
function linksOf(text: string): string[] {
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm)];
  return [...inline, ...references].map((match) => match[1]!);
}

/** The anchors that a Markdown page offers, as GitHub makes them from its headings. */
function anchorsOf(page: string): string[] {
  return [
    ...read(page)
      .replace(/^```[\s\S]*?^```/gm, "")
      .matchAll(/^#{1,6}\s+(.+)$/gm),
  ].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

function problemOf(page: string, link: string): string | null {
  if (/^(https?|mailto):/.test(link)) return null;
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? page : path.posix.join(path.posix.dirname(page), decodeURI(target));
  if (file.startsWith("..")) return `${link} leaves the repository`;
  if (!existsSync(path.join(root, file))) return `${link} leads nowhere`;
  if (anchor === undefined || !file.endsWith(".md")) return null;
  return anchorsOf(file).includes(anchor) ? null : `${link}: ${file} has no such heading`;
}

const problemsOf = (page: string) =>
  linksOf(withoutCode(read(page))).flatMap((link) => problemOf(page, link) ?? []);

/** Paths of this repository that a page names in backticks, such as `packages/kit/src/run.ts`. */
function pathsNamedIn(page: string): string[] {
  const rooms = /^(apps|packages|infra|tests|bench|docs|tooling)\/[\w./-]+$/;
  const code = [
    ...read(page)
      .replace(/^```[\s\S]*?^```/gm, "")
      .matchAll(/`([^`\n]+)`/g),
  ];
  return code.map((match) => match[1]!).filter((text) => rooms.test(text));
}

describe("the docs", () => {
  it("has pages to check", () => expect(pages).toContain("README.md"));

  it.each(pages)("%s links to files and headings that are there", (page) => {
    expect(problemsOf(page)).toEqual([]);
  });

  it.each(pages)("%s names paths that are there", (page) => {
    expect(pathsNamedIn(page).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});

describe("the check", () => {
  it("sees links of every spelling", () => {
    const text = "[a](one.md) ![b](<two.png> 'title') [c][d]\n\n[d]: three.md#part\n";
    expect(linksOf(text)).toEqual(["one.md", "two.png", "three.md#part"]);
  });

  it("finds a dead file, a dead heading and a way out", () => {
    expect(problemOf("README.md", "docs/nowhere.md")).toMatch(/leads nowhere/);
    expect(problemOf("README.md", "README.md#no-such-heading")).toMatch(/no such heading/);
    expect(problemOf("README.md", "../elsewhere.md")).toMatch(/leaves the repository/);
  });
});

import { existsSync } from "node:fs";
import bundled from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { RunnerTestCase as Test } from "vitest";
import { readBrowserEnvironment } from "./env.js";

const systems = "/usr/bin/chromium";
/** Two busy cores: what is waited for comes, only later. */
const waitMs = 45_000;
const args = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function executable(): Promise<string> {
  const { CHROMIUM_PATH } = readBrowserEnvironment();
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  if (existsSync(systems)) return systems;
  if (process.platform === "linux" && process.arch === "x64") return bundled.executablePath();
  throw new Error("No Chromium was found: put the path of one into CHROMIUM_PATH.");
}

export interface Visitor {
  page: Page;
  /** What the page's console said was wrong, and what it threw. */
  complaints: string[];
}

export interface TestBrowser extends AsyncDisposable {
  /** A person with a browser of their own: nothing is shared with other visitors but the server. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
}

/** A Chromium without a window. */
export async function openBrowser(baseURL: string): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({ executablePath: await executable(), args });
  return {
    async visitor(options = {}) {
      const context = await browser.newContext({
        baseURL,
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(waitMs);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(`threw ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      return { page, complaints };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

/** Where a test has failed, puts what each visitor saw into its error, which is what a report of many tests ends with. */
export async function tellPages({ result }: Test, visitors: readonly Visitor[]): Promise<void> {
  const [error] = (result?.state === "fail" && result.errors) || [];
  if (!error) return;
  const pages = await Promise.all(visitors.map(describePage));
  error.message = [error.message, ...pages].join("\n");
}

async function describePage({ page, complaints }: Visitor): Promise<string> {
  const text = await page.locator("body").innerText();
  return [page.url(), text, ...complaints].join("\n").replace(/\n{2,}/g, "\n");
}

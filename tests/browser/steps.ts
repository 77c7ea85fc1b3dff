import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { control, skipWait } from "../support/asked-of-a-stack.js";
import type { Stack } from "../support/stack.js";

const require = createRequire(import.meta.url);
const data = join(require.resolve("vega-datasets"), "../../data");

/** A real data set, as a file to upload. */
export const dataset = (name: string): string => join(data, name);

const password = "correct-horse-battery";

let people = 0;

export interface Person {
  name: string;
  email: string;
  organisation: string;
}

function newPerson(): Person {
  people += 1;
  return {
    name: `Grace Hopper ${people}`,
    email: `grace-${people}@example.org`,
    organisation: `Compilers ${people}`,
  };
}

/** Signs up by hand; ends on the empty list of runs. */
export async function signUp(page: Page, person = newPerson()): Promise<Person> {
  await page.goto("/");
  await page.getByRole("link", { name: "Create one" }).click();
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Organisation").fill(person.organisation);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
  return person;
}

export async function signIn(page: Page, { email }: Pick<Person, "email">, to = "/"): Promise<void> {
  await page.goto(to);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

interface Import {
  name: string;
  /** Of the data sets, or made here. */
  file: string | { name: string; mimeType: string; buffer: Buffer };
  /** Milliseconds that the step is held up before it reads a CSV file. */
  delay?: number;
}

/** Leaves a half-written form by a reload, finds it as it was, and throws it away. */
export async function beginAnew(page: Page): Promise<void> {
  await page.reload();
  await page.getByText("What you had written here is back.", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByText("What you had written here is back.", { exact: false }).waitFor({ state: "detached" });
}

/** Fills in the start form of data-import and starts; ends on the page of the run. */
export async function startImport(page: Page, { name, file, delay }: Import): Promise<string> {
  await page.goto("/start");
  await page.getByRole("link", { name: "Import a file" }).click();
  await page
    .getByLabel("File", { exact: false })
    .setInputFiles(typeof file === "string" ? dataset(file) : file);
  await page.getByText(", uploaded").waitFor();
  await page.getByLabel("Name").fill(name);
  if (delay !== undefined) {
    await page.getByText("Simulation (optional)").click();
    await page.getByText("Delays (optional)").click();
    await page.getByLabel("Csv").fill(String(delay));
  }
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
  return new URL(page.url()).pathname.split("/")[2]!;
}

/**
 * From now on each import stops before its last step until it is let go, so that what is looked at while it runs is not over
 * before it was seen, however slow the computer is: the step's first try fails, and the second comes when it is told to.
 *
 * @returns lets an import go on, once it has come to where it stops
 */
export async function holdImports(stack: Stack): Promise<(runId: string) => Promise<void>> {
  await control(stack, "waits/scale", { scale: 1_000_000 });
  await control(stack, "faults", { function: "data-import/SendNotification", kind: "error", tries: [1] });
  return (runId) => skipWait(stack, runId);
}

export const status = (page: Page, word: string) =>
  page
    .locator("main [data-status]")
    .first()
    .and(page.getByText(word, { exact: true }));

/** The numbers of the events that the event list holds, from top to bottom. */
export async function eventNumbers(page: Page): Promise<number[]> {
  await page.getByRole("link", { name: "Events" }).click();
  await page.locator("[data-seq]").first().waitFor();
  return page
    .locator("[data-seq]")
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-seq"))));
}

/** The same of a run that has succeeded, when the last of them is there: its end may be known by another way before. */
export async function allEventNumbers(page: Page): Promise<number[]> {
  await page.getByRole("link", { name: "Events" }).click();
  await page.getByText("The run has succeeded").waitFor();
  return eventNumbers(page);
}

/** 1, 2, 3 and so on, as many as `numbers`. */
export const gapless = (numbers: readonly number[]): number[] => numbers.map((_, index) => index + 1);

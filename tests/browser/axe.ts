import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

type Violations = Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"];

/** What axe finds wrong with the page as it is: by all its rules, or by those that are named. */
export async function violationsOf(page: Page, rules?: string[]): Promise<Violations> {
  // Once it is in a page it stays there, and half a megabyte need not be read again.
  const there = await page.evaluate<boolean>("'axe' in window");
  const axe = new AxeBuilder({ page, ...(there && { axeSource: "axe" }) })
    // There are no frames here, whose results would be put together on another page.
    .setLegacyMode()
    // Of what is right nobody wants the selectors of each element.
    .options({ resultTypes: ["violations"] });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations;
}

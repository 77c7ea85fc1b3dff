import { Preference } from "./preference.js";

/** The choice "system" follows the operating system; public/theme.js applies the others before the first paint. */
export const theme = new Preference("longhaul.theme", ["system", "light", "dark"]);
export type Theme = ReturnType<typeof theme.get>;

export function chooseTheme(choice: Theme): void {
  theme.set(choice);
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
}

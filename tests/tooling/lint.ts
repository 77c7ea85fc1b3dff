import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { root } from "./repository.js";

const eslint = new ESLint({
  cwd: root,
  // The files of these tests exist nowhere, so no TypeScript project can know them.
  overrideConfig: [{ files: ["**/*.ts", "**/*.tsx"], ...tseslint.configs.disableTypeChecked }],
});

/** What the project's own lint says about `code` if it stood in `file`: "rule: message" each. */
async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: file });
  if (!result) throw new Error(`ESLint ignores ${file}.`);
  return result.messages.map(({ ruleId, message }) => `${ruleId ?? "fatal"}: ${message}`);
}

/** The same, for the rules of the house alone. */
export async function houseRules(file: string, code: string): Promise<string[]> {
  return (await lint(file, code)).filter((message) => /^(longhaul\/|fatal)/.test(message));
}

import { readArguments } from "./arguments.js";
import { diagnose, diagnosticLine, failed } from "./diagnose.js";
import { exitStatus } from "./exit-status.js";
import { readText } from "./files.js";
import { readType } from "./machine-type.js";
import { terminal } from "./terminal.js";

const options = { json: { type: "boolean" }, type: { type: "string" } } as const;

/** `stepfunctions validate FILE...` */
export async function validate(args: string[]): Promise<number> {
  const limits = { name: "FILE", least: 1, most: Infinity };
  const { values, positionals } = readArguments("validate", args, options, limits);
  const type = readType("validate", values.type);
  const texts = positionals.map((file) => ({ file, text: readText(file, "The definition") }));
  let wrong = 0;
  for (const { file, text } of texts) {
    const diagnostics = diagnose(text, type);
    const broken = failed(diagnostics);
    if (broken) wrong += 1;
    if (values.json) terminal.out(JSON.stringify({ file, result: broken ? "FAIL" : "OK", diagnostics }));
    else for (const found of diagnostics) terminal.out(diagnosticLine(file, found, terminal.paint));
  }
  if (!values.json && wrong === 0)
    terminal.error(texts.length === 1 ? `${texts[0]?.file}: no errors` : `${texts.length} files: no errors`);
  return wrong === 0 ? exitStatus.SUCCEEDED : exitStatus.FAILED;
}

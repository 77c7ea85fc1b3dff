import { LonghaulError } from "../errors.js";
import { createLonghaul } from "../longhaul.js";
import { readArguments } from "./arguments.js";
import { carryOut } from "./commands.js";
import { readCliEnvironment } from "./env.js";
import { shown } from "./shown.js";
import { signedIn } from "./sign-in.js";
import { exitCodes, usage, UsageError } from "./usage.js";

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const print = (line: string) => void process.stdout.write(`${shown(line)}\n`);
  if (values.help || positionals.length === 0) {
    process.stdout.write(`${usage}\n`);
    return values.help ? exitCodes.ok : exitCodes.usage;
  }
  const { url, token, email, password } = readCliEnvironment(values);
  if (token === undefined && (email === undefined || password === undefined)) {
    throw new UsageError("Who asks? Set LONGHAUL_TOKEN, or LONGHAUL_EMAIL and LONGHAUL_PASSWORD.");
  }
  const source = token ?? signedIn(url, email ?? "", password ?? "");
  if (positionals.length === 1 && positionals[0] === "token") {
    print((typeof source === "string" ? source : await source()) ?? "");
    return exitCodes.ok;
  }
  const longhaul = createLonghaul({ url, token: source });
  try {
    return await carryOut({ longhaul, values, terminal: { stdin: process.stdin, print } }, positionals);
  } finally {
    longhaul.close();
  }
}

/** Sentences may come from elsewhere, and some have several lines. */
function complain(sentences: string): void {
  for (const line of sentences.split("\n")) process.stderr.write(`${shown(line)}\n`);
}

// Whoever reads has had enough (as `head` has): there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  complain(message);
  if (error instanceof LonghaulError) {
    for (const { path, message: issue } of error.issues) {
      // What belongs to no field has been said.
      if (path.length > 0) complain(`  ${path.join(".")}: ${issue}`);
    }
    if (error.code === "UNREACHABLE") {
      complain("Does it run there? npm start starts it; --url or LONGHAUL_URL names another address.");
    }
  }
  if (error instanceof UsageError) complain("longhaul --help says how.");
  process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.refused;
}

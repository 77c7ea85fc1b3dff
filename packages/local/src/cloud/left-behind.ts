import type { StepFunctions } from "@longhaul/stepfunctions";
import { type Account, functionArn } from "../lambda/names.js";
import type { Logger } from "../log.js";
import type { Manifest } from "./manifest.js";

interface Deployment extends Account {
  readonly engine: Pick<StepFunctions, "handle">;
  readonly logger: Pick<Logger, "warn">;
}

interface Page {
  readonly executions: readonly { readonly executionArn: string; readonly stateMachineVersionArn?: string }[];
  readonly nextToken?: string;
}

/**
 * Warns of each function that executions under way call by the version of the machine that they began with, and that what
 * is deployed has no more.
 */
export async function warnOfLeftBehind(
  { functions, stateMachines }: Pick<Manifest, "functions" | "stateMachines">,
  { engine, logger, ...account }: Deployment,
): Promise<void> {
  const deployed = new Set(functions.map(({ name }) => name));
  for (const { name } of stateMachines) {
    const stateMachineArn = `arn:aws:states:${account.region}:${account.accountId}:stateMachine:${name}`;
    const called = new Set<string>();
    for (const executionArn of await oneOfEachVersion(engine, stateMachineArn)) {
      const answer = await engine.handle("DescribeStateMachineForExecution", { executionArn });
      const { definition } = answer as { definition: string };
      for (const one of functionsIn(definition, functionArn(account, ""))) called.add(one);
    }
    for (const one of called) {
      if (deployed.has(one)) continue;
      logger.warn(
        `Executions of ${name} that began with an earlier version call ${one}, which is not there any more: those that ` +
          `have not passed it fail there. Name its step in the machine's \`${optionOf(name)}\` (docs/deploying.md).`,
      );
    }
  }
}

/** The option that keeps what this machine calls: the manifest names a machine that undoes after the one it belongs to. */
function optionOf(stateMachine: string): string {
  return stateMachine.endsWith("-undo") ? "retiredCompensations" : "retired";
}

/** An execution under way of each version of a machine that has one. */
async function oneOfEachVersion(
  engine: Deployment["engine"],
  stateMachineArn: string,
): Promise<Iterable<string>> {
  const found = new Map<string, string>();
  for (let nextToken: string | undefined; ; ) {
    const request = { stateMachineArn, statusFilter: "RUNNING", maxResults: 1000, nextToken };
    const page = (await engine.handle("ListExecutions", request)) as Page;
    for (const { executionArn, stateMachineVersionArn = executionArn } of page.executions) {
      found.set(stateMachineVersionArn, executionArn);
    }
    if (page.nextToken === undefined) return found.values();
    nextToken = page.nextToken;
  }
}

function functionsIn(definition: string, arnPrefix: string): string[] {
  return definition
    .split(arnPrefix)
    .slice(1)
    .map((rest) => /^[\w-]*/.exec(rest)?.[0] ?? "");
}

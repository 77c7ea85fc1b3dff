import { AwsError, type StepFunctions } from "@longhaul/stepfunctions";
import type { DeployableMachine } from "./manifest.js";

interface Deployment {
  readonly engine: Pick<StepFunctions, "handle">;
  readonly region: string;
  readonly accountId: string;
}

interface Described {
  readonly definition: string;
}

interface Versions {
  readonly stateMachineVersions: readonly { readonly stateMachineVersionArn: string }[];
}

/**
 * Makes each state machine what the manifest says, publishing a version where the definition has changed.
 *
 * @returns the ARN of each workflow's newest version, by workflow name
 */
export async function deployStateMachines(
  specs: readonly DeployableMachine[],
  deployment: Deployment,
): Promise<Record<string, string>> {
  const arns: Record<string, string> = {};
  for (const spec of specs) arns[spec.workflow] = await deploy(spec, deployment);
  return arns;
}

async function deploy(spec: DeployableMachine, deployment: Deployment): Promise<string> {
  const { engine, region, accountId } = deployment;
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${spec.name}`;
  const { definition } = spec;
  const present = await describe(engine, stateMachineArn);
  if (present?.definition === definition) {
    const newest = await newestVersion(engine, stateMachineArn);
    if (newest !== null) return newest;
  }
  const publish = { definition, publish: true, versionDescription: `sha256:${spec.hash}` };
  const roleArn = `arn:aws:iam::${accountId}:role/${spec.name}`;
  const answer = present
    ? await engine.handle("UpdateStateMachine", { stateMachineArn, roleArn, ...publish })
    : await engine.handle("CreateStateMachine", { name: spec.name, roleArn, type: "STANDARD", ...publish });
  return (answer as { stateMachineVersionArn: string }).stateMachineVersionArn;
}

async function describe(engine: Deployment["engine"], stateMachineArn: string): Promise<Described | null> {
  try {
    return (await engine.handle("DescribeStateMachine", { stateMachineArn })) as Described;
  } catch (error) {
    if (error instanceof AwsError && error.code === "StateMachineDoesNotExist") return null;
    throw error;
  }
}

async function newestVersion(engine: Deployment["engine"], stateMachineArn: string): Promise<string | null> {
  const answer = await engine.handle("ListStateMachineVersions", { stateMachineArn, maxResults: 1 });
  return (answer as Versions).stateMachineVersions[0]?.stateMachineVersionArn ?? null;
}

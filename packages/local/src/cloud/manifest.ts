import { fork } from "node:child_process";
import { once } from "node:events";
import type {
  EventSourceSpec,
  FunctionSpec,
  QueueSpec,
  RuleSpec,
  StateMachineSpec,
  TopicSpec,
} from "@longhaul/functions/manifest";
import { machineEnvironment } from "../env.js";

/** A state machine whose definition has its ARNs. What it may call is of no matter here: there are no rights. */
export interface DeployableMachine extends Omit<StateMachineSpec, "definition" | "retired"> {
  readonly definition: string;
}

export interface Manifest {
  readonly functions: readonly FunctionSpec[];
  readonly rules: readonly RuleSpec[];
  readonly topics: readonly TopicSpec[];
  readonly queues: readonly QueueSpec[];
  readonly eventSources: readonly EventSourceSpec[];
  readonly stateMachines: readonly DeployableMachine[];
}

/** A manifest as it travels between processes. */
export interface ManifestMessage extends Omit<Manifest, "functions"> {
  readonly functions: readonly (Omit<FunctionSpec, "entry"> & { readonly entry: string })[];
}

const reader = new URL("../../dist/cloud/read-manifest.js", import.meta.url);

/**
 * Reads the manifest of the build that is on disk now.
 *
 * @param arnPrefix what comes before a function's name in its ARN
 * @throws Error with what Node printed when the build cannot be loaded, as with a machine that is wrong
 */
export async function readManifest(arnPrefix: string): Promise<Manifest> {
  const child = fork(reader, [arnPrefix], {
    env: machineEnvironment(),
    execArgv: ["--enable-source-maps"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let printed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  let message: ManifestMessage | undefined;
  child.once("message", (given) => {
    message = given as ManifestMessage;
  });
  await once(child, "close");
  if (message === undefined) throw new Error(`The build could not be loaded:\n${printed.trim()}`);
  return {
    ...message,
    functions: message.functions.map((spec) => ({ ...spec, entry: new URL(spec.entry) })),
  };
}

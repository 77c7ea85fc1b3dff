import { type MachineOptions, openForTest, type StartOptions, type TestOptions } from "./open-for-test.js";
import type { Run } from "./run.js";
import { assertStatesExist } from "./state-names.js";

/** What a run of a machine takes: its input, what its tasks call, and what stands in for that. */
export interface RunMachineOptions extends TestOptions, StartOptions, MachineOptions {}

/**
 * Runs a state machine once, from start to end, on an engine of its own in a temporary folder. Waits, retries and
 * timeouts take no time: the clock moves on whenever nothing else is left to do.
 *
 * @param definition Amazon States Language, as an object or JSON text
 * @throws AwsError when the definition or a request is refused; Error when the execution cannot end without help, or options name states that are not there
 */
export async function runMachine(definition: object | string, options: RunMachineOptions = {}): Promise<Run> {
  const { states = {}, callbacks = {} } = options;
  assertStatesExist(definition, { states, callbacks });
  const test = await openForTest(options);
  try {
    const arn = await test.createMachine(definition, options);
    if (options.type === "EXPRESS") return await test.runExpress(arn, options);
    return await test.finish(await test.start(arn, options));
  } finally {
    await test.close();
  }
}

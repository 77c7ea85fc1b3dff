/** What a program that a test starts needs to find its way on this machine, and no more. */
export function machineEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME };
}

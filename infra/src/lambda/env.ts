/** The ARNs of the secrets that hold this function's secret variables. */
export function secretArns(): string[] {
  return (process.env["LONGHAUL_SECRETS"] ?? "").split(",").filter(Boolean);
}

/** Lets the function's own entry find them where it finds its other variables. */
export function setVariables(variables: Record<string, string>): void {
  Object.assign(process.env, variables);
}

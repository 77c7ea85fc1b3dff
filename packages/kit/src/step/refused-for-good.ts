/** Whether an AWS service refused a call for what it asks: the client's fault, and no matter of load or clocks. */
export function refusedForGood(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("$fault" in error)) return false;
  const retryable = "$retryable" in error && error.$retryable !== undefined;
  const throttled = "name" in error && /throttl|toomany|limitexceeded/i.test(String(error.name));
  return error.$fault === "client" && !retryable && !throttled;
}

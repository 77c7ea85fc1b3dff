/** Whether the provider refused the message itself: the client's fault, and no matter of load or clocks. */
export function isFinal(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("$fault" in error)) return false;
  const retryable = "$retryable" in error && error.$retryable !== undefined;
  const throttled = "name" in error && /throttl|toomany|limitexceeded/i.test(String(error.name));
  return error.$fault === "client" && !retryable && !throttled;
}

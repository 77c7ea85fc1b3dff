/** Refusals that say nothing of what was asked: of clocks and of credentials that are renewed. Source: "Common Error Types". */
const ofTheCaller = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "RequestTimeout",
  "RequestTimeoutException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** Whether an AWS service refused a call for what it asks: the client's fault, and no matter of load, clocks or credentials. */
export function refusedForGood(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("$fault" in error)) return false;
  const retryable = "$retryable" in error && error.$retryable !== undefined;
  const name = "name" in error ? String(error.name) : "";
  const throttled = /throttl|toomany|limitexceeded/i.test(name);
  return error.$fault === "client" && !retryable && !throttled && !ofTheCaller.has(name);
}

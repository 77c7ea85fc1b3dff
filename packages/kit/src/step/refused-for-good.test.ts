import { expect, it } from "vitest";
import { refusedForGood } from "./refused-for-good.js";

const refusal = (name: string, more: object = {}) =>
  Object.assign(new Error("no"), { name, $fault: "client", ...more });

it("takes what a service says of the call itself for its last word", () => {
  expect(refusedForGood(refusal("BadRequestException"))).toBe(true);
  expect(refusedForGood(refusal("MessageRejected"))).toBe(true);
  expect(refusedForGood(refusal("AccessDeniedException"))).toBe(true);
});

it.each([
  ["its own fault", refusal("InternalFailure", { $fault: "server" })],
  ["what the client may try again", refusal("Odd", { $retryable: {} })],
  ["load", refusal("TooManyRequestsException")],
  ["a clock that is wrong", refusal("RequestTimeTooSkewed")],
  ["credentials that have run out", refusal("ExpiredTokenException")],
  ["a signature that was made of those", refusal("InvalidSignatureException")],
  ["nothing at all", new Error("socket hang up")],
  ["what is no error", null],
])("does not take for it what it says of %s", (_, error) => {
  expect(refusedForGood(error)).toBe(false);
});

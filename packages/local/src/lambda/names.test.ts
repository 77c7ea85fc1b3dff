import { expect, it } from "vitest";
import { functionName } from "./names.js";

const account = { region: "us-east-1", accountId: "000000000000" };

it.each([
  ["work", null],
  ["work", "$LATEST"],
  ["work:$LATEST", null],
  ["000000000000:function:work", null],
  ["arn:aws:lambda:us-east-1:000000000000:function:work", null],
  ["arn:aws:lambda:us-east-1:000000000000:function:work:$LATEST", null],
])("%s with qualifier %s means the function", (given, qualifier) => {
  expect(functionName(given, qualifier, account)).toBe("work");
});

it.each([
  ["work", "1", "ResourceNotFoundException"],
  ["work:prod", null, "ResourceNotFoundException"],
  ["arn:aws:lambda:eu-west-1:000000000000:function:work", null, "ResourceNotFoundException"],
  ["arn:aws:lambda:us-east-1:111111111111:function:work", null, "ResourceNotFoundException"],
  ["../work", null, "ValidationException"],
  ["", null, "ValidationException"],
  ["a".repeat(141), null, "ValidationException"],
])("%s with qualifier %s is refused", (given, qualifier, code) => {
  expect(() => functionName(given, qualifier, account)).toThrow(expect.objectContaining({ code }));
});

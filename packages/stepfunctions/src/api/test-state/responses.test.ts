import { expect, test } from "vitest";
import { responseOf } from "./responses.js";
import { misfit, type Shape } from "./shape.js";

function problem(resource: string, value: unknown, strict = true): string | null {
  return misfit(value, responseOf(resource) as Shape, "Mock result", strict);
}

test.each([
  ["states:startExecution", {}, "Required field 'ExecutionArn' is missing"],
  ["states:startExecution", { ExecutionArn: "arn", StartDate: 1 }, "Field 'StartDate' must be a string"],
  ["events:putEvents", { Entries: "none" }, "Field 'Entries' must be an array"],
  ["events:putEvents", { Entries: [{}, { EventId: [] }] }, "Field 'EventId' must be a string"],
  ["aws-sdk:s3:getObject", { StorageClass: "Papyrus" }, "Field 'StorageClass' is not an expected value"],
  ["aws-sdk:s3:getObject", { DeleteMarker: "yes" }, "Field 'DeleteMarker' must be a boolean"],
  [
    "aws-sdk:kms:encrypt",
    { CiphertextBlob: "" },
    "Field 'CiphertextBlob' is smaller than the minimum length",
  ],
  [
    "aws-sdk:kms:encrypt",
    { CiphertextBlob: "x".repeat(6145) },
    "Field 'CiphertextBlob' exceeds the maximum length",
  ],
  ["dynamodb:getItem", { Item: { id: { S: 1 } } }, "Field 'S' must be a string"],
  ["dynamodb:getItem", { Item: { a: { M: { b: { L: [{ BOOL: 1 }] } } } } }, "Field 'BOOL' must be a boolean"],
  ["dynamodb:getItem", { Item: [] }, "Field 'Item' must be an object"],
  [
    "aws-sdk:lambda:getFunction",
    { Configuration: { MemorySize: 127 } },
    "Field 'MemorySize' is less than the minimum value",
  ],
  ["sqs:sendMessage", [], "Mock result must be an object"],
])("%s does not answer %j", (resource, value, expected) => {
  expect(problem(resource, value)).toBe(expected);
});

test("what is missing is a fault only where all of it is wanted", () => {
  expect(problem("states:startExecution.sync", {}, true)).toBe("Required field 'ExecutionArn' is missing");
  expect(problem("states:startExecution.sync", {}, false)).toBeNull();
});

test("fields that the API does not have are let through", () => {
  expect(problem("sns:publish", { MessageId: "1", SdkHttpMetadata: { HttpStatusCode: 200 } })).toBeNull();
});

test("a name that an object has by nature is no service", () => {
  expect(responseOf("constructor")).toBeUndefined();
  expect(responseOf("aws-sdk:toString")).toBeUndefined();
});

test("the SDK integrations answer as the optimised ones, under their own names", () => {
  expect(responseOf("aws-sdk:eventbridge:putEvents")).toBe(responseOf("events:putEvents"));
  expect(responseOf("aws-sdk:sfn:startExecution")).toBe(responseOf("states:startExecution"));
  expect(responseOf("aws-sdk:dynamodb:query")).toBe(responseOf("dynamodb:query"));
});

test("Lambda's payload is any value with the optimised integration and bytes with the SDK's", () => {
  expect(problem("lambda:invoke", { Payload: { any: 1 } })).toBeNull();
  expect(problem("aws-sdk:lambda:invoke", { Payload: { any: 1 } })).toBe("Field 'Payload' must be a string");
});

test("a token's result and an unknown service are not looked at", () => {
  expect(responseOf("sqs:sendMessage.waitForTaskToken")).toBeUndefined();
  expect(responseOf("apigateway:invoke")).toBeUndefined();
});

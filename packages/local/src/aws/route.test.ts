import { describe, expect, it } from "vitest";
import { route } from "./route.js";

const scope = (service: string, region = "us-east-1") => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`,
});
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

describe("route", () => {
  it.each([
    ["POST", "/", { "x-amz-target": "AWSStepFunctions.StartExecution" }, "states", "json", "StartExecution"],
    [
      "POST",
      "/",
      { "x-amz-target": "AWSEvents.PutEvents", ...scope("events") },
      "events",
      "json",
      "PutEvents",
    ],
    [
      "POST",
      "/",
      { "x-amz-target": "DynamoDB_20120810.Query", ...scope("dynamodb") },
      "dynamodb",
      "json",
      "Query",
    ],
    ["POST", "/", { ...form, ...scope("sns") }, "sns", "query", null],
    ["POST", "/", { ...form, ...scope("sts") }, "sts", "query", null],
    ["POST", "/2015-03-31/functions/f/invocations", scope("lambda"), "lambda", "rest-json", null],
    ["POST", "/2015-03-31/functions/f/invocations", form, "lambda", "rest-json", null],
    ["POST", "/v2/email/outbound-emails", {}, "ses", "rest-json", null],
    ["PUT", "/bucket/key", scope("s3"), "s3", "rest-xml", null],
    ["GET", "/key", { host: "bucket.s3.localhost:4566" }, "s3", "rest-xml", null],
    ["GET", "/", { host: "localhost:4566" }, "", "rest-json", null],
    ["GET", "/", {}, "", "rest-json", null],
  ])("%s %s with %o goes to %s", (method, path, headers, service, protocol, operation) => {
    expect(route(method, path, headers)).toMatchObject({ service, protocol, operation });
  });

  it("reads the region of the signature, and takes none from a header that is no signature", () => {
    expect(route("POST", "/", scope("sns", "eu-west-1")).region).toBe("eu-west-1");
    expect(route("POST", "/", { authorization: "Bearer x" }).region).toBeNull();
  });

  it.each([
    ["X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Fs3%2Faws4_request", "eu-west-1"],
    ["AWSAccessKeyId=AKID&Signature=x&Expires=1", null],
  ])("finds the service of a URL that is signed by %s", (query, region) => {
    const found = route("GET", "/bucket/key", {}, new URLSearchParams(query));
    expect(found).toMatchObject({ service: "s3", protocol: "rest-xml", region });
  });
});

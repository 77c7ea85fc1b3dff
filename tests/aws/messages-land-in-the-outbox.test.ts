import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateEmailIdentityCommand, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { ListPhoneNumbersOptedOutCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestAws, type TestAws } from "./local-aws.js";

let local: TestAws;
let ses: SESv2Client;
let sns: SNSClient;

beforeAll(async () => {
  local = await startTestAws([]);
  ses = new SESv2Client(local.client);
  sns = new SNSClient(local.client);
});
afterAll(() => local[Symbol.asyncDispose]());
beforeEach(() => fetch(`${local.aws.url}/_longhaul/outbox/clear`, { method: "POST" }));

async function outbox(url = local.aws.url): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}/_longhaul/outbox.json`);
  return ((await response.json()) as { messages: Record<string, unknown>[] }).messages;
}

function email(over: object = {}) {
  return new SendEmailCommand({
    FromEmailAddress: "Longhaul <jobs@example.com>",
    Destination: { ToAddresses: ["ada@example.com"] },
    Content: {
      Simple: {
        Subject: { Data: "Imported" },
        Body: { Text: { Data: "1,000 rows" }, Html: { Data: "<b>1,000</b>" } },
      },
    },
    ...over,
  });
}

/** A request with headers that fetch would not let a test set. */
function raw(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${local.aws.url}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject).end();
  });
}

describe("SES SendEmail", () => {
  it("keeps simple content", async () => {
    const { MessageId } = await ses.send(email());
    expect(await outbox()).toEqual([
      {
        id: MessageId,
        at: expect.any(String),
        kind: "email",
        from: "Longhaul <jobs@example.com>",
        to: ["ada@example.com"],
        subject: "Imported",
        text: "1,000 rows",
        html: "<b>1,000</b>",
      },
    ]);
  });

  it("keeps raw content", async () => {
    const Data = Buffer.from("From: a@example.com\r\nSubject: Raw one\r\n\r\nHello");
    await ses.send(email({ Content: { Raw: { Data } } }));
    expect(await outbox()).toMatchObject([{ subject: "Raw one", text: expect.stringContaining("Hello") }]);
  });

  it.each([
    ["nobody to send to", { Destination: {} }, "nobody to send to"],
    [
      "an address that is none",
      { Destination: { ToAddresses: ["not an address"] } },
      "Invalid email address",
    ],
    ["no sender", { FromEmailAddress: undefined }, "Missing FromEmailAddress"],
    ["a template", { Content: { Template: { TemplateName: "t", TemplateData: "{}" } } }, "no SES templates"],
    [
      "51 recipients",
      { Destination: { ToAddresses: Array.from({ length: 51 }, (_, i) => `a${i}@b.c`) } },
      "exceeds 50",
    ],
  ])("refuses %s", async (_what, over, message) => {
    await expect(ses.send(email(over))).rejects.toMatchObject({
      name: "BadRequestException",
      message: expect.stringContaining(message),
    });
    expect(await outbox()).toEqual([]);
  });

  it("names an operation that is not there", async () => {
    await expect(ses.send(new CreateEmailIdentityCommand({ EmailIdentity: "a@b.c" }))).rejects.toMatchObject({
      message: expect.stringContaining("SES CreateEmailIdentity"),
    });
  });
});

describe("SNS Publish", () => {
  it.each([
    ["sms", { PhoneNumber: "+420777123456" }, "+420777123456"],
    [
      "push",
      { TargetArn: "arn:aws:sns:us-east-1:000000000000:endpoint/APNS/app/1" },
      "arn:aws:sns:us-east-1:000000000000:endpoint/APNS/app/1",
    ],
  ])("keeps a message of kind %s", async (kind, to, recipient) => {
    const { MessageId } = await sns.send(new PublishCommand({ ...to, Message: "Ahoj & <dobrý> den" }));
    expect(await outbox()).toMatchObject([
      { id: MessageId, kind, to: [recipient], text: "Ahoj & <dobrý> den" },
    ]);
  });

  it("takes the text of the transport from a structured message", async () => {
    const Message = JSON.stringify({ default: "long", sms: "short" });
    await sns.send(new PublishCommand({ PhoneNumber: "+420777123456", MessageStructure: "json", Message }));
    expect(await outbox()).toMatchObject([{ text: "short" }]);
  });

  it.each([
    ["a number that is none", { PhoneNumber: "12", Message: "x" }, "PhoneNumber"],
    ["nowhere to go", { Message: "x" }, "exactly one"],
    [
      "two ways at once",
      { PhoneNumber: "+420777123456", TopicArn: "arn:aws:sns:us-east-1:000000000000:news", Message: "x" },
      "exactly one",
    ],
    ["an empty message", { PhoneNumber: "+420777123456", Message: "" }, "Empty message"],
    ["a message over 256 kB", { PhoneNumber: "+420777123456", Message: "x".repeat(262_145) }, "too long"],
    ["a foreign ARN", { TargetArn: "arn:aws:s3:::bucket", Message: "x" }, "TargetArn"],
  ])("refuses %s", async (_what, input, message) => {
    await expect(sns.send(new PublishCommand(input))).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(message),
    });
  });

  it("names an operation that is not there", async () => {
    await expect(sns.send(new ListPhoneNumbersOptedOutCommand({}))).rejects.toMatchObject({
      message: expect.stringContaining("SNS ListPhoneNumbersOptedOut"),
    });
  });
});

describe("The outbox", () => {
  it("shows what came as text, newest first, and never as markup", async () => {
    await ses.send(email());
    await sns.send(
      new PublishCommand({ PhoneNumber: "+420777123456", Message: "<script>alert(1)</script>" }),
    );
    const response = await fetch(`${local.aws.url}/_longhaul/outbox`);
    const page = await response.text();
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script>");
    expect(page.indexOf("Text message")).toBeLessThan(page.indexOf("Imported"));
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("lets addresses in a text be clicked, whatever stands beside them", async () => {
    const Text = { Data: 'Join: https://a.example/join?x=1&y="><script>1</script> javascript:alert(1)' };
    await ses.send(email({ Content: { Simple: { Subject: { Data: "A link" }, Body: { Text } } } }));
    const page = await (await fetch(`${local.aws.url}/_longhaul/outbox`)).text();
    expect(page.match(/<a [^]*?<\/a>/g)).toEqual([
      '<a href="https://a.example/join?x=1&amp;y=" target="_blank" rel="noopener noreferrer">https://a.example/join?x=1&amp;y=</a>',
    ]);
    expect(page).not.toContain("<script>");
  });

  it("is cleared by its own page, and by no other", async () => {
    await ses.send(email());
    const host = new URL(local.aws.url).host;
    const clear = (headers: Record<string, string>) => raw("POST", "/_longhaul/outbox/clear", headers);
    expect(await clear({ origin: "https://evil.example" })).toBe(403);
    expect(await clear({ origin: `http://${host}`, host: "evil.example" })).toBe(403);
    expect(await clear({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await raw("GET", "/_longhaul/outbox/clear", {})).toBe(404);
    expect(await outbox()).toHaveLength(1);
    expect(await clear({ origin: `http://${host}` })).toBe(303);
    expect(await outbox()).toEqual([]);
  });

  it("is not readable by a page that rebinds its name to this address", async () => {
    expect(await raw("GET", "/_longhaul/outbox.json", { host: "evil.example" })).toBe(403);
  });

  it("survives a kill in the middle of a write", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "longhaul-outbox-"));
    {
      await using first = await startTestAws([], { dataDir });
      await new SESv2Client(first.client).send(email());
    }
    await appendFile(join(dataDir, "outbox.jsonl"), '{"id":"half","at":"2026');
    await using second = await startTestAws([], { dataDir });
    await new SESv2Client(second.client).send(email());
    expect((await outbox(second.aws.url)).map((message) => message["subject"])).toEqual([
      "Imported",
      "Imported",
    ]);
    await rm(dataDir, { recursive: true, force: true });
  });
});

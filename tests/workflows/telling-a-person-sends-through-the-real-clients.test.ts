import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { handlers } from "@longhaul/workflows/handlers";
import { memoryContext } from "@longhaul/workflows/testing";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";

const person = {
  id: "9d1f6e0a-0000-4000-8000-000000000001",
  email: "ada@example.com",
  phone: "+15550104567",
  pushTarget: "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/ab12",
  role: "operator",
  notificationChannel: "EMAIL",
} as const;
const input = { importName: "March", summary: "10 rows read.", priority: "normal" } as const;

const received: { path: string; body: string }[] = [];
let refuse = false;
/** How many calls are heard and not answered, or turned away, before the next. */
let unheard = 0;
let busy = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push({ path: request.url ?? "", body: await text(request) });
  if (unheard-- > 0) return void request.socket.destroy();
  if (busy-- > 0) {
    response.writeHead(429, {
      "content-type": "application/json",
      "x-amzn-errortype": "TooManyRequestsException",
    });
    return void response.end(JSON.stringify({ message: "Maximum sending rate exceeded." }));
  }
  if (refuse) {
    response.writeHead(400, { "content-type": "application/json", "x-amzn-errortype": "MessageRejected" });
    response.end(JSON.stringify({ message: "Email address is not verified." }));
  } else if (request.url?.startsWith("/v2/email/")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ MessageId: "ses-1" }));
  } else {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>sns-1</MessageId></PublishResult></PublishResponse>',
    );
  }
}

let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    EMAIL_FROM: "imports@example.com",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

beforeEach(() => {
  received.length = 0;
  refuse = false;
  unheard = busy = 0;
});

it("sends e-mail with SES from EMAIL_FROM", async () => {
  const { default: send } = await handlers["data-import"].SendNotification();
  const { ctx, deliveries } = memoryContext({ startedBy: person });
  expect(await send.run(input, ctx)).toEqual({
    status: "sent",
    channel: "EMAIL",
    recipient: "a…@example.com",
  });
  expect(received.map(({ path }) => path)).toEqual(["/v2/email/outbound-emails"]);
  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
    FromEmailAddress: "imports@example.com",
    Destination: { ToAddresses: ["ada@example.com"] },
    Content: {
      Simple: { Subject: { Data: 'Import "March" is done' }, Body: { Text: { Data: "10 rows read." } } },
    },
  });
  expect(deliveries).toMatchObject([{ status: "sent", providerMessageId: "ses-1" }]);
});

it("sends SMS to the number and push to the endpoint with SNS", async () => {
  const { default: send } = await handlers["data-import"].SendNotification();
  for (const channel of ["SMS", "PUSH"] as const) {
    const { ctx, deliveries } = memoryContext({ startedBy: person });
    await send.run({ ...input, channel }, ctx);
    expect(deliveries).toMatchObject([{ channel, providerMessageId: "sns-1" }]);
  }
  const [sms, push] = received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  const message = 'Import "March" is done: 10 rows read.';
  expect(sms).toMatchObject({ Action: "Publish", PhoneNumber: person.phone, Message: message });
  expect(push).toMatchObject({ Action: "Publish", TargetArn: person.pushTarget, Message: message });
});

it("takes a refusal of SES for final and records it", async () => {
  refuse = true;
  const { default: send } = await handlers["data-import"].SendNotification();
  const { ctx, deliveries } = memoryContext({ startedBy: person });
  await expect(send.run(input, ctx)).rejects.toMatchObject({ name: "FatalError", code: "DELIVERY_FAILED" });
  expect(received).toHaveLength(1);
  expect(deliveries).toMatchObject([{ status: "failed", error: "Email address is not verified." }]);
});

it("does not send again what a provider may have heard", async () => {
  unheard = 1;
  const { default: send } = await handlers["data-import"].SendNotification();
  const { ctx } = memoryContext({ startedBy: person });
  await expect(send.run(input, ctx)).rejects.toMatchObject({
    name: "RetryableError",
    code: "DELIVERY_FAILED",
  });
  expect(received).toHaveLength(1);
});

it("asks again where a provider says that it takes no more for a moment", async () => {
  busy = 2;
  const { default: send } = await handlers["data-import"].SendNotification();
  const { ctx } = memoryContext({ startedBy: person });
  expect(await send.run(input, ctx)).toMatchObject({ status: "sent" });
  expect(received).toHaveLength(3);
});

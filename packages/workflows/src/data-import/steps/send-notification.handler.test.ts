import type { Channel, Priority } from "@longhaul/kit";
import type { StartedBy } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { memoryContext } from "../../testing.js";
import { chooseChannel, masked } from "../telling/choose-channel.js";
import type { Deliver, Message } from "../telling/deliver.js";
import { notify } from "./send-notification.handler.js";

const ada: StartedBy = {
  id: "9d1f6e0a-0000-4000-8000-000000000001",
  email: "ada@example.com",
  phone: "+15550104567",
  pushTarget: "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/ab12",
  role: "operator",
  notificationChannel: "EMAIL",
};
const input = { importName: "March\ninvoices", summary: "10 rows read.", priority: "normal" as const };

/** A provider that keeps what it is given, or fails as told. */
function provider(...failures: (Error | undefined)[]) {
  const sent: (Message & { channel: Channel; recipient: string })[] = [];
  const send: Deliver = async (to, message) => {
    const failure = failures.shift();
    if (failure) throw failure;
    sent.push({ ...to, ...message });
    return `message-${sent.length}`;
  };
  return { sent, send };
}

describe("the channel", () => {
  const pick = (person: Partial<StartedBy>, priority: Priority, asked?: Channel) =>
    chooseChannel({ ...ada, ...person }, priority, asked)?.channel ?? null;

  it("follows the priority, and the preference where the priority leaves it open", () => {
    expect(pick({}, "urgent")).toBe("SMS");
    expect(pick({}, "high")).toBe("PUSH");
    expect(pick({}, "low")).toBe("EMAIL");
    expect(pick({ notificationChannel: "PUSH" }, "normal")).toBe("PUSH");
    expect(pick({ notificationChannel: "PUSH" }, "low")).toBe("EMAIL");
  });

  it("is the next one for which there is an address", () => {
    expect(pick({ phone: null }, "urgent")).toBe("PUSH");
    expect(pick({ phone: null, pushTarget: null }, "urgent")).toBe("EMAIL");
    expect(pick({ email: null, pushTarget: null }, "normal")).toBe("SMS");
    expect(pick({ email: null, phone: null, pushTarget: null }, "normal")).toBeNull();
  });

  it("is the one that was asked for, or none", () => {
    expect(pick({}, "urgent", "EMAIL")).toBe("EMAIL");
    expect(pick({ phone: null }, "urgent", "SMS")).toBeNull();
  });
});

describe("an address", () => {
  it("is masked", () => {
    expect(masked({ channel: "EMAIL", recipient: "ada@example.com" })).toBe("a…@example.com");
    expect(masked({ channel: "SMS", recipient: "+15550104567" })).toBe("…4567");
    expect(masked({ channel: "EMAIL", recipient: "@" })).toBe("…");
  });
});

describe("telling", () => {
  it("sends one message, records it and says so", async () => {
    const { ctx, deliveries } = memoryContext({ startedBy: ada });
    const { sent, send } = provider();
    const told = await notify(input, ctx, send);
    expect(told).toEqual({ status: "sent", channel: "EMAIL", recipient: "a…@example.com" });
    const message = { subject: 'Import "March invoices" is done', body: "10 rows read." };
    expect(sent).toEqual([{ channel: "EMAIL", recipient: "ada@example.com", ...message }]);
    expect(deliveries).toEqual([{ ...sent[0], status: "sent", providerMessageId: "message-1", error: null }]);
  });

  it("does not send twice when it is repeated", async () => {
    const { ctx, deliveries } = memoryContext({ startedBy: ada });
    const { sent, send } = provider();
    const first = await notify(input, ctx, send);
    expect(await notify(input, ctx, send)).toEqual(first);
    expect(sent).toHaveLength(1);
    expect(deliveries).toHaveLength(1);
  });

  it("tells nobody about a run that a job started", async () => {
    const { ctx, deliveries } = memoryContext();
    const { sent, send } = provider();
    const nobody = { status: "nobody-to-tell", channel: null, recipient: null };
    expect(await notify(input, ctx, send)).toEqual(nobody);
    expect([sent, deliveries]).toEqual([[], []]);
  });

  it("fails for good when the person has no address for it", async () => {
    const { ctx } = memoryContext({ startedBy: { ...ada, phone: null } });
    const { send } = provider();
    await expect(notify({ ...input, channel: "SMS" }, ctx, send)).rejects.toMatchObject({
      name: "FatalError",
      message: "The import is done, but you could not be told: your profile has no phone number.",
    });
  });
});

describe("a delivery that fails", () => {
  const refused = Object.assign(new Error("Email address is not verified."), {
    $fault: "client",
    name: "MessageRejected",
  });
  const throttled = Object.assign(new Error("Rate exceeded"), {
    $fault: "client",
    name: "ThrottlingException",
  });

  it("is recorded and final when the provider refuses the message", async () => {
    const { ctx, deliveries } = memoryContext({ startedBy: ada });
    await expect(notify(input, ctx, provider(refused).send)).rejects.toMatchObject({
      name: "FatalError",
      code: "DELIVERY_FAILED",
      message: "The import is done, but the message by EMAIL to a…@example.com could not be delivered.",
    });
    expect(deliveries).toMatchObject([{ status: "failed", error: "Email address is not verified." }]);
  });

  it.each([throttled, new Error("socket hang up")])("is tried again after %s", async (failure) => {
    const { ctx, deliveries } = memoryContext({ startedBy: ada });
    const { sent, send } = provider(failure);
    await expect(notify(input, ctx, send)).rejects.toMatchObject({ name: "RetryableError" });
    expect(deliveries).toEqual([]);
    await notify(input, { ...ctx, try: 2 }, send);
    expect(sent).toHaveLength(1);
  });

  it("is final on the last try, and a retry of the run sends again", async () => {
    const { ctx, deliveries } = memoryContext({ startedBy: ada, try: 4 });
    const { sent, send } = provider(new Error("socket hang up"));
    await expect(notify(input, ctx, send)).rejects.toMatchObject({ name: "FatalError" });
    expect(deliveries).toMatchObject([{ status: "failed", error: "socket hang up" }]);
    await notify(input, { ...ctx, attempt: 2, try: 1 }, send);
    expect(sent).toHaveLength(1);
  });

  it("is no failure of the provider when the run is cancelled", async () => {
    const { ctx, abort, deliveries } = memoryContext({ startedBy: ada, try: 4 });
    const send: Deliver = async () => {
      abort.abort(new Error("cancelled"));
      throw new Error("socket hang up");
    };
    await expect(notify(input, ctx, send)).rejects.toThrow("cancelled");
    expect(deliveries).toEqual([]);
  });
});

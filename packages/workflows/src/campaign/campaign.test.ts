import { readFileSync } from "node:fs";
import { channels, type Json } from "@longhaul/kit";
import { RetryableError, type StepContext } from "@longhaul/kit/step";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deliver } from "../data-import/telling/deliver.js";
import { readModel, type TwinModel, writeModel } from "../digital-twin/model/model.js";
import { train } from "../digital-twin/trainer/train.js";
import { memoryContext } from "../testing.js";
import { campaign } from "./contract.js";
import { smsUnits, textIssues } from "./limits.js";
import { reviewSchema } from "./result.js";
import { ordersOf, plan } from "./steps/prepare.handler.js";
import { sendAll } from "./steps/send-messages.handler.js";
import { summaryOf } from "./steps/sum-up.handler.js";
import { measure } from "./twins/measure.js";
import { react, write } from "./writer/offline.js";

const twin = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22";
const usual = {
  name: "Spring",
  goal: "Order seeds from the spring catalogue",
  channels: ["EMAIL", "SMS"],
  segments: [{ name: "Gardeners" }],
  twinIds: [twin],
  recipients: [
    { segment: "Gardeners", address: "ada@example.com" },
    { segment: "Gardeners", address: "+15550104567" },
  ],
};
const refusals = (changed: object) =>
  campaign.input.safeParse({ ...usual, ...changed }).error?.issues.map(({ message }) => message) ?? [];
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ segment: "Gardeners", address: `p${n}@example.com` }));

describe("what a campaign is given", () => {
  it.each([
    [{}, undefined],
    [{ recipients: people(200) }, undefined],
    [{ channels: [] }, "Choose at least one channel."],
    [{ segments: [], recipients: [] }, "Name at least one segment."],
    [{ segments: "abcde".split("").map((name) => ({ name })) }, "A campaign has at most 4 segments."],
    [{ recipients: people(201) }, "A campaign has at most 200 recipients."],
    [{ sendAt: "2020-01-01T00:00:00Z" }, "This time has passed: choose a later one."],
    [{ sendAt: "tomorrow" }, "Write a time with its zone, like 2027-03-01T09:00:00Z."],
    [{ draftBudget: 1 }, "2 channels of 1 segments need 2 drafts at least."],
    [{ channels: ["EMAIL"] }, "+15550104567 is reached by SMS, which is not among the channels."],
    [
      { recipients: [...people(1), { segment: "Gardeners", address: "P0@example.com" }] },
      "P0@example.com is there twice.",
    ],
    [{ recipients: [{ segment: "Others", address: "a@example.com" }] }, 'There is no segment "Others".'],
  ])("%j: %s", (changed, expected) => {
    const found = refusals(changed);
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });

  it("is planned within its budget", () => {
    const segments = [{ name: "A" }, { name: "B" }];
    const count = (draftBudget: number) =>
      ordersOf({ segments, channels: ["EMAIL", "SMS"], draftBudget }).length;
    expect([4, 7, 8, 12].map(count)).toEqual([4, 4, 8, 12]);
  });

  it("is refused by a twin that cannot be asked", async () => {
    const refusal = Object.assign(new Error("Not yet."), { code: "TWIN_NOT_ACTIVE" });
    const records = { call: () => Promise.reject(refusal) };
    const { ctx } = memoryContext({ records });
    const input = {
      channels: ["EMAIL" as const],
      segments: [{ name: "A" }],
      twinIds: [twin],
      draftBudget: 1,
    };
    await expect(plan(input, ctx)).rejects.toBe(refusal);
  });
});

describe("a draft that is written offline", () => {
  const company = { company: "Müller’s Seeds", industry: "seeds", audience: "all", tone: "playful" as const };
  const signal = new AbortController().signal;

  it.each(channels.flatMap((channel) => [1, 2, 3].map((variant) => [channel, variant] as const)))(
    "fits its channel, however long the goal: %s, variant %i",
    async (channel, variant) => {
      for (const goal of ["Order seeds", "x".repeat(400), "種".repeat(400), "Ends with €uro ".repeat(25)]) {
        const segment = { name: "S".repeat(60), description: "d".repeat(200) };
        const order = { goal, company, interests: ["harvest", "soil"], segment, channel, variant, signal };
        const text = await write(order);
        expect(textIssues({ segment: "S", channel, variant, ...text })).toEqual([]);
        expect(text.madeBy.note).toContain("without a language model");
      }
    },
  );

  it("counts what an SMS holds", () => {
    expect(smsUnits("a€")).toEqual({ used: 3, most: 160 });
    expect(smsUnits("種")).toEqual({ used: 1, most: 70 });
  });
});

describe("a twin's score", () => {
  let model: TwinModel;
  beforeAll(async () => {
    const url = new URL("../../../../tests/fixtures/twins/gettysburg-address.txt", import.meta.url);
    const other = new URL("../../../../tests/fixtures/twins/second-inaugural-address.txt", import.meta.url);
    const documents = [url, other].map((file) => ({ name: "speech.txt", text: readFileSync(file, "utf8") }));
    model = readModel(writeModel((await train(documents, { epochs: 4 })).model));
  });
  const near = {
    subject: "A new nation",
    body: "The nation shall have a new birth of freedom, and the war shall end.",
  };
  const far = {
    subject: "Router firmware",
    body: "Patch kubernetes ingress; rotate expired TLS certificates quarterly.",
  };

  it("is higher for what it knows, and each part says why", () => {
    const [known, strange] = [
      measure(near, model, model.persona as never),
      measure(far, model, model.persona as never),
    ];
    expect(known.score).toBeGreaterThan(strange.score + 20);
    expect(known.parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    for (const { score, reason } of [...known.parts, ...strange.parts]) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(reason).not.toBe("");
    }
  });

  it("quotes what the twin has read", async () => {
    const measured = measure(near, model, model.persona as never);
    const order = {
      draft: { channel: "EMAIL" as const, ...near },
      twin: "Lincoln",
      persona: model.persona as never,
    };
    const { says } = await react({ ...order, measured, signal: new AbortController().signal });
    expect(says).toContain(measured.nearest!.sentence.slice(0, 40));
  });
});

/** The table of claims. */
function ledger() {
  const rows = new Map<string, string>();
  const call = async (name: string, args: Json): Promise<Json> => {
    const { channel, address, state } = args as Record<string, string>;
    const key = `${channel} ${address}`;
    if (name === "campaign_claim") {
      const before = rows.get(key);
      if (before === undefined) rows.set(key, "claimed");
      return { state: before ?? "new" };
    }
    if (name === "campaign_noted") rows.set(key, state!);
    else rows.delete(key);
    return null;
  };
  return { rows, records: { call } satisfies StepContext["records"] };
}

describe("sending", () => {
  const message = { segment: "Gardeners", channel: "EMAIL" as const, variant: 1, subject: "S", body: "B" };
  const input = { message, recipients: [...people(3), { segment: "Gardeners", address: "+15550104567" }] };
  const answer = (name: string) => Object.assign(new Error(name), { $fault: "client", name });

  it("reaches those of the channel, and nobody twice, however often it is repeated", async () => {
    const { records } = ledger();
    const { ctx, deliveries } = memoryContext({ records });
    const sent: string[] = [];
    const send: Deliver = async ({ recipient }) => {
      sent.push(recipient);
      return "id";
    };
    const first = await sendAll(input, ctx, send);
    expect(first).toMatchObject({ recipients: 3, sent: 3, failed: 0, uncertain: 0 });
    expect(await sendAll(input, ctx, send)).toEqual(first);
    expect(sent).toHaveLength(3);
    expect(deliveries).toHaveLength(3);
  });

  it("goes on after a refusal, and tries again what was not taken", async () => {
    const { records } = ledger();
    const { ctx } = memoryContext({ records });
    const sent: string[] = [];
    let busy = true;
    const send: Deliver = async ({ recipient }) => {
      if (recipient.startsWith("p0")) throw answer("MessageRejected");
      if (recipient.startsWith("p1") && busy) {
        busy = false;
        throw answer("ThrottlingException");
      }
      sent.push(recipient);
      return null;
    };
    await expect(sendAll(input, ctx, send)).rejects.toThrow(RetryableError);
    expect(await sendAll(input, ctx, send)).toMatchObject({ sent: 2, failed: 1, uncertain: 0 });
    expect(sent).toEqual(["p1@example.com", "p2@example.com"]);
  });

  it("does not send again what may have gone out when the connection broke", async () => {
    const { records } = ledger();
    const { ctx } = memoryContext({ records });
    let calls = 0;
    const send: Deliver = async () => {
      calls += 1;
      if (calls === 1) throw new Error("socket hang up");
      return null;
    };
    await expect(sendAll(input, ctx, send)).rejects.toThrow("socket hang up");
    expect(await sendAll(input, ctx, send)).toMatchObject({ sent: 2, uncertain: 1 });
    expect(calls).toBe(3);
  });

  it("stops between two recipients when the run is cancelled", async () => {
    const { records, rows } = ledger();
    const { ctx, abort } = memoryContext({ records });
    const send: Deliver = async () => {
      abort.abort(new Error("cancelled"));
      return null;
    };
    await expect(sendAll(input, ctx, send)).rejects.toThrow("cancelled");
    expect([...rows.values()]).toEqual(["sent"]);
  });

  it("says what was edited", () => {
    const draft = { ...message, madeBy: { maker: "offline" as const, model: "m", note: null } };
    const sendings = [
      { segment: "Gardeners", channel: "EMAIL" as const, recipients: 3, sent: 2, failed: 0, uncertain: 1 },
    ];
    const drafts = [{ draft, reactions: [], score: 61 }];
    const summary = summaryOf({ drafts, messages: [{ ...message, body: "Better" }], sendings });
    expect(summary).toMatchObject({ edited: 1, sent: 2, changes: [{ score: 61, edited: true }] });
    expect(summaryOf({ drafts, messages: [message], sendings }).edited).toBe(0);
  });
});

describe("an approval", () => {
  const message = { segment: "A", channel: "SMS" as const, variant: 1, subject: "Us", body: "Hello" };
  it.each([
    [{ approved: false }, true],
    [{ approved: true, messages: [message] }, true],
    [{ approved: true, messages: [] }, false],
    [{ approved: true, messages: [message, { ...message, variant: 2 }] }, false],
    [{ approved: true, messages: [{ ...message, body: "x".repeat(160) }] }, false],
  ])("%j fits: %s", (decision, fits) => {
    expect(reviewSchema.safeParse(decision).success).toBe(fits);
  });
});

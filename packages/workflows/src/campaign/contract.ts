import { channels, type ContractInput, defineContract } from "@longhaul/kit";
import { z } from "zod";
import { maxDrafts, maxRecipients, maxSegments, maxTwins, segmentName } from "./limits.js";
import { channelOf, sameAddress } from "./recipients.js";
import { campaignResultSchema } from "./result.js";

const longestAheadMs = 365 * 86_400_000;

export const segmentSchema = z.strictObject({
  name: segmentName.meta({ title: "Name", examples: ["Allotment gardeners"] }),
  description: z
    .string()
    .trim()
    .max(200, "Keep the description under 200 characters.")
    .default("")
    .meta({
      title: "Description",
      description: "What moves them.",
      examples: ["Grow vegetables, read catalogues"],
    }),
});

const recipientSchema = z.strictObject({
  segment: segmentName.meta({ title: "Segment", examples: ["Allotment gardeners"] }),
  address: z
    .string()
    .trim()
    .max(200, "Keep an address under 200 characters.")
    .refine(
      (address) => channelOf(address) !== null,
      "Write an e-mail address, a phone number like +15550104567, or the ARN of a push endpoint.",
    )
    .meta({ title: "Address", examples: ["ada@example.com"] }),
});

const inputSchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, "Give the campaign a name.")
      .max(80, "Keep the name under 80 characters.")
      .regex(/^\P{Cc}*$/u, "A name has no control characters.")
      .meta({ title: "Name", description: "What you will look for.", examples: ["Spring catalogue"] }),
    goal: z
      .string()
      .trim()
      .min(5, "Say what the campaign is to reach.")
      .max(400, "Keep the goal under 400 characters.")
      .meta({
        title: "Goal",
        description: "What people should know or do.",
        examples: ["Order seeds from the spring catalogue before March"],
      }),
    channels: z
      .array(z.enum(channels))
      .min(1, "Choose at least one channel.")
      .max(channels.length)
      .meta({
        title: "Channels",
        description: "E-mail, SMS and push messages.",
        examples: [["EMAIL", "SMS"]],
      }),
    segments: z
      .array(segmentSchema)
      .min(1, "Name at least one segment.")
      .max(maxSegments, `A campaign has at most ${maxSegments} segments.`)
      .meta({
        title: "Segments",
        description: "Groups of people who are spoken to in different words.",
        examples: [[{ name: "Allotment gardeners", description: "Grow vegetables" }]],
      }),
    twinIds: z
      .array(z.uuid("Choose a twin."))
      .min(1, "Choose at least one twin.")
      .max(maxTwins, `At most ${maxTwins} twins read the drafts.`)
      .meta({
        title: "Audience twins",
        description: "Active twins, which react to each draft and score it.",
        examples: [["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"]],
      }),
    recipients: z
      .array(recipientSchema)
      .min(1, "Name at least one recipient.")
      .max(maxRecipients, `A campaign has at most ${maxRecipients} recipients.`)
      .meta({
        title: "Recipients",
        description: "Who gets the messages; each belongs to a segment.",
        examples: [[{ segment: "Allotment gardeners", address: "ada@example.com" }]],
      }),
    sendAt: z.iso
      .datetime({ offset: true, error: "Write a time with its zone, like 2027-03-01T09:00:00Z." })
      .optional()
      .meta({
        title: "Send at",
        description: "When the messages go out; as soon as they are approved unless given.",
        examples: ["2027-03-01T09:00:00Z"],
      }),
    draftBudget: z
      .number()
      .int()
      .min(1)
      .max(maxDrafts)
      .default(6)
      .meta({
        title: "Drafts",
        description:
          "How many drafts may be written: each channel of each segment needs one, more give a choice.",
        examples: [6],
      }),
  })
  .superRefine((input, context) => {
    for (const { path, message } of disagreements(input)) context.addIssue({ code: "custom", path, message });
  });

interface Disagreement {
  readonly path: (string | number)[];
  readonly message: string;
}

type Given = Readonly<{
  channels: readonly string[];
  segments: readonly { name: string }[];
  twinIds: readonly string[];
  recipients: readonly { segment: string; address: string }[];
  sendAt?: string | undefined;
  draftBudget: number;
}>;

/** Fields that are right by themselves and do not go together. */
function disagreements({
  channels: by,
  segments,
  twinIds,
  recipients,
  sendAt,
  draftBudget,
}: Given): Disagreement[] {
  const found: Disagreement[] = [];
  const say = (path: (string | number)[], message: string) => found.push({ path, message });
  if (new Set(by).size < by.length) say(["channels"], "Name each channel once.");
  if (new Set(twinIds).size < twinIds.length) say(["twinIds"], "Name each twin once.");
  const names = new Set(segments.map(({ name }) => name));
  if (names.size < segments.length) say(["segments"], "Give each segment a name of its own.");
  const needed = by.length * segments.length;
  if (draftBudget < needed) {
    say(
      ["draftBudget"],
      `${by.length} channels of ${segments.length} segments need ${needed} drafts at least.`,
    );
  }
  const taken = new Set<string>();
  for (const [place, { segment, address }] of recipients.entries()) {
    const path = ["recipients", place];
    if (!names.has(segment)) say([...path, "segment"], `There is no segment "${segment}".`);
    const channel = channelOf(address);
    if (channel !== null && !by.includes(channel)) {
      say([...path, "address"], `${address} is reached by ${channel}, which is not among the channels.`);
    }
    if (taken.has(sameAddress(address))) say([...path, "address"], `${address} is there twice.`);
    taken.add(sameAddress(address));
  }
  const ahead = sendAt === undefined ? 1 : Date.parse(sendAt) - Date.now();
  if (ahead <= 0) say(["sendAt"], "This time has passed: choose a later one.");
  if (ahead > longestAheadMs) say(["sendAt"], "Choose a time within a year.");
  return found;
}

export const campaign = defineContract({
  name: "campaign",
  title: "Run a campaign",
  description:
    "Writes drafts, lets digital twins react to them, asks you, and sends what you approve at its time.",
  input: inputSchema,
  output: campaignResultSchema,
  stages: {
    plan: { label: "Asking the twins in", weight: 1 },
    drafts: { label: "Writing drafts and reading them to the twins", weight: 6 },
    review: { label: "Waiting for your approval", weight: 1 },
    send: { label: "Sending", weight: 4 },
  },
  runName: ({ name }) => name,
});

export type CampaignInput = ContractInput<typeof campaign>;

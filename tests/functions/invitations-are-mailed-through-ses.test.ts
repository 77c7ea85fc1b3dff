import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { asCaller, members } from "@longhaul/db";
import { functions, invitationSender } from "@longhaul/functions/manifest";
import { inviteMember, lambdaBell } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestAws, type TestAws } from "../aws/local-aws.js";
import { callerOf } from "../runs/runs-world.js";
import { openWorld, type World } from "../support/database.js";

const link = "https://longhaul.example/join";
const from = "Longhaul <longhaul@example.org>";

let world: World;
let local: TestAws;
let lambda: LambdaClient;
beforeAll(async () => {
  world = await openWorld();
  const spec = functions.find(({ name }) => name === invitationSender)!;
  const environment = (): Record<string, string> => ({
    AWS_ENDPOINT_URL: local.aws.url,
    AWS_ACCESS_KEY_ID: "anything",
    AWS_SECRET_ACCESS_KEY: "anything",
    DATABASE_URL: world.database.url("longhaul_dispatcher"),
    STATE_MACHINES: "{}",
    EMAIL_FROM: from,
  });
  local = await startTestAws([spec], { environment });
  lambda = new LambdaClient(local.client);
});
afterAll(async () => {
  lambda.destroy();
  await local[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => fetch(`${local.aws.url}/_longhaul/outbox/clear`, { method: "POST" }));

interface Message {
  subject: string;
  text: string;
  html: string;
  to: string[];
  from: string;
}
async function outbox(): Promise<Message[]> {
  const answer = await fetch(`${local.aws.url}/_longhaul/outbox.json`);
  return ((await answer.json()) as { messages: Message[] }).messages;
}
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const deps = () => ({ db: world.api, logger: quiet, invitationBell: lambdaBell(lambda, invitationSender) });
const openInvitations = () =>
  asCaller(world.api, world.ours.people.admin, (tx) => members.invitations(tx, world.ours));

test("who invites rings, and the function sends through the real client from the sender that it was given", async () => {
  await world.admin.sql`
    update longhaul.organisations set name = ${"Compilers\r\nBcc: all@example.org <b>"} where id = ${world.ours.organisationId}`;
  const asked = { email: "grace@example.org", role: "operator" as const, link };
  await inviteMember(deps(), callerOf(world.ours, "admin"), asked);
  await expect.poll(outbox).toHaveLength(1);
  const [message] = await outbox();
  expect(message).toMatchObject({ from, to: ["grace@example.org"] });
  expect(message!.subject).toMatch(/^ours-admin invites you to “Compilers Bcc:\S* all@\S+ <b>” on Longhaul$/);
  expect(message!.text).toContain(link);
  expect(message!.html).toContain(`<a href="${link}">`);
  expect(message!.html).not.toContain("<b>");
  await expect.poll(openInvitations).toMatchObject([{ mail: { status: "sent" } }]);
  const [row] = await world.admin.sql<{ id: string | null }[]>`
    select message_id as id from longhaul.invitation_mails`;
  expect(row!.id).toMatch(/\S/);
});

test("its log has neither addresses nor links", async () => {
  await inviteMember(deps(), callerOf(world.ours, "admin"), {
    ...{ email: "alan@example.org", role: "viewer", link },
  });
  await expect.poll(outbox).toHaveLength(1);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: invitationSender }));
  expect(JSON.parse(Buffer.from(answer.Payload!).toString())).toEqual({ sent: 0, failed: 0 });
  const file = join(local.dataDir, "logs", "lambda", `${invitationSender}.log`);
  await expect.poll(() => readFile(file, "utf8")).toContain("invitations were mailed");
  expect(await readFile(file, "utf8")).not.toMatch(/alan@|grace@|longhaul\.example/);
});

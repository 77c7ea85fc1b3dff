import { schedules } from "@longhaul/functions/manifest";
import type { LocalAws } from "../aws/start.js";

/** Makes the group of our schedules, once; what is in it stays. @returns what SCHEDULER says, as JSON. */
export async function deployScheduleGroup(
  { scheduler, lambda }: Pick<LocalAws, "scheduler" | "lambda">,
  accountId: string,
): Promise<string> {
  const { group, target } = schedules;
  const ask = (method: string) =>
    scheduler.handle({
      method,
      segments: ["schedule-groups", group],
      query: new URLSearchParams(),
      input: () => ({}),
    });
  await ask("GET").catch(() => ask("POST"));
  const functionArn = lambda.arn(target);
  return JSON.stringify({ group, functionArn, roleArn: `arn:aws:iam::${accountId}:role/longhaul-scheduler` });
}
